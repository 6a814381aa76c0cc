module github.com/testdata/testdata/submod2

go 1.15

require (
	github.com/davecgh/go-spew v1.1.0
)
