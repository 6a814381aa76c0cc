package main

import (
	"fmt"

	"github.com/gin-gonic/gin"
	"github.com/go-git/go-git/v5"
	"golang.org/x/crypto/ssh"
)

func main() {
	repository, err := git.PlainOpen(".")
	fmt.Println(repository, err, ssh.InsecureIgnoreHostKey())
	gin.New().Run()
}
