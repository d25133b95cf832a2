// An adapter to a library that knows a few arrays by heart, to test the kit with.
package main

import (
	"errors"
	"fmt"
	"math"

	zarr "zarr_adapter"
)

func open(path string) (string, error) {
	fmt.Println("a library may print what it likes")
	if path == "/absent" {
		return "", errors.New("there is no such node")
	}
	return path, nil
}

func fetch(path string) (any, error) {
	switch path {
	case "/broken":
		return nil, errors.New("its chunk is broken")
	case "/fault":
		panic("out of its mind")
	case "/nans":
		return []float64{math.Copysign(0, -1), math.Float64frombits(0x7ff0000000000001)}, nil
	}
	return []uint64{math.MaxUint64, 1}, nil
}

func read(place zarr.Place) (any, error) {
	node, err := open(place.Path)
	if err != nil {
		return nil, zarr.Opening(err)
	}
	values, err := fetch(node)
	if err != nil {
		return nil, zarr.Reading(err)
	}
	switch place.Path {
	case "/strings":
		return zarr.Strings([]int{3}, []string{"a", "", "ü"}), nil
	case "/nans":
		return zarr.Elements("float64", []int{2}, values), nil
	}
	return zarr.Elements("uint64", []int{2}, values), nil
}

func main() {
	description := zarr.Describe("echo")
	description["version"] = "1.0"
	zarr.Serve(description, zarr.Questions{"read": read})
}
