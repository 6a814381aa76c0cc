package main

import (
	"fmt"

	"github.com/dgrijalva/jwt-go"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	config, err := clientcmd.BuildConfigFromFlags("", "")
	if err == nil {
		client, _ := kubernetes.NewForConfig(config)
		fmt.Println(client)
	}
	fmt.Println(jwt.New(jwt.SigningMethodHS256), err)
}
