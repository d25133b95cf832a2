// Puts the questions of zarr-conformance to {{ name }}.
package main

import zarr "adapter/zarr_adapter"

// The elements of the array at place.Path in the directory place.Store.
func read(place zarr.Place) (any, error) {
	// array, err := library.Open(place.Store + place.Path)
	// if err != nil {
	// 	return nil, zarr.Opening(err) // what it says is its refusal
	// }
	// values, err := array.Read()
	// if err != nil {
	// 	return nil, zarr.Reading(err)
	// }
	// return zarr.Elements(array.DataType(), array.Shape(), values), nil
	return nil, zarr.Unsupported("reading is not written yet")
}

func main() {
	// Once the library is there: zarr.Describe("{{ name }}", "its/module"), which knows its version.
	description := map[string]any{"name": "{{ name }}", "version": "unknown", "language": "go"}
	zarr.Serve(description, zarr.Questions{"read": read})
}
