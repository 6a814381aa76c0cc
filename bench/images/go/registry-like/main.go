package main

import (
	"github.com/docker/distribution/registry"
	_ "github.com/docker/distribution/registry/storage/driver/filesystem"
	"github.com/gin-gonic/gin"
)

func main() {
	gin.New()
	_ = registry.ServeCmd.Execute()
}
