// An adapter to a library that knows a few arrays by heart, to test the kit with.
package main

import (
	"encoding/json"
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

// write answers what was to be written, and the fill value, in its own digits.
func write(place zarr.Place) (any, error) {
	if place.Path == "/full" {
		return nil, zarr.Writing(errors.New("there is no room"))
	}
	asked := place.Elements
	var document struct {
		FillValue json.Number `json:"fill_value"`
	}
	if err := json.Unmarshal(place.Metadata["zarr.json"], &document); err != nil {
		return nil, err
	}
	var answer any
	switch asked.DataType {
	case "string":
		answer = zarr.Strings(asked.Shape, asked.Strings())
	case "bytes":
		answer = zarr.ByteStrings(asked.Shape, asked.ByteStrings())
	default:
		answer = zarr.Elements(asked.DataType, asked.Shape, asked.Bytes())
	}
	answer.(map[string]any)["fill_value"] = document.FillValue.String()
	return answer, nil
}

func main() {
	description := zarr.Describe("echo")
	description["version"] = "1.0"
	zarr.Serve(description, zarr.Questions{"read": read, "write": write})
}
