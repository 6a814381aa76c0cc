module github.com/testdata/testdata/submod

go 1.15

require (
	github.com/docker/distribution v2.7.1+incompatible
)
