package main

import (
	"fmt"

	"github.com/prometheus/prometheus/discovery"
	_ "github.com/prometheus/prometheus/discovery/install"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/tsdb"
)

func main() {
	fmt.Println(discovery.Config.Name, promql.NewEngine(promql.EngineOpts{}), tsdb.DefaultOptions())
}
