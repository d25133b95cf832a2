// Package zarr_adapter is what an adapter in Go needs: the message loop, and elements to bytes.
//
// An adapter is a process that answers questions about Zarr stores, one JSON object a line, on
// standard input and output; implementations/README.md gives the messages. This file imports
// nothing but the standard library, so that a new adapter can start with a copy of it:
//
//	func read(place zarr.Place) (any, error) {
//		array, err := library.Open(place.Store, place.Path)
//		if err != nil {
//			return nil, zarr.Opening(err)
//		}
//		values, err := array.Read()
//		if err != nil {
//			return nil, zarr.Reading(err)
//		}
//		return zarr.Elements(array.DataType(), array.Shape(), values), nil
//	}
//
//	func main() {
//		zarr.Serve(zarr.Describe("library", "example.org/library"), zarr.Questions{"read": read})
//	}
//
// A panic ends the process, as a crash does: it is no word on the data.
package zarr_adapter

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
)

const longestMessage = 400 // characters of an error that are passed on

// Standard output is the protocol's alone: what else is printed from Go goes to standard error.
var answers = os.Stdout

func init() { os.Stdout = os.Stderr }

// Place is where the node is that a question is about, and what else the question has: a region,
// and what is to be written. Metadata has the documents, by the last segment of their keys.
type Place struct {
	Store      string                     `json:"store"`
	Path       string                     `json:"path"`
	ZarrFormat int                        `json:"zarr_format"`
	Start      []int                      `json:"start"`
	Stop       []int                      `json:"stop"`
	Shape      []int                      `json:"shape"`
	Axis       int                        `json:"axis"`
	Metadata   map[string]json.RawMessage `json:"metadata"`
	Attributes json.RawMessage            `json:"attributes"`
	Elements   Asked                      `json:"elements"`
}

// Asked is the elements that are to be written, in C order.
type Asked struct {
	DataType string          `json:"data_type"`
	Shape    []int           `json:"shape"`
	Content  json.RawMessage `json:"elements"`
}

// Bytes are the little-endian bytes of all elements.
func (asked Asked) Bytes() []byte { return content[[]byte](asked) }

// Strings are the elements of "string".
func (asked Asked) Strings() []string { return content[[]string](asked) }

// ByteStrings are the elements of "bytes".
func (asked Asked) ByteStrings() [][]byte { return content[[][]byte](asked) }

func content[T any](asked Asked) (elements T) {
	if err := json.Unmarshal(asked.Content, &elements); err != nil { // base64 is what Go has for bytes
		panic(err)
	}
	return elements
}

// Questions has a function for each question that an adapter knows. It returns what is answered,
// or an error from Opening, Reading, Writing or Unsupported. Any other error is a fault of the adapter, and
// ends the process rather than pass for a refusal.
type Questions map[string]func(Place) (any, error)

type refused struct {
	stage string
	error
}

type unsupported struct{ error }

// Opening is what the library says when it looks for the node and at its metadata.
func Opening(err error) error { return refused{"open", err} }

// Reading is what the library says when it fetches and decodes chunks.
func Reading(err error) error { return refused{"read", err} }

// Writing is what the library says when it writes chunks or metadata, or deletes them.
func Writing(err error) error { return refused{"write", err} }

// Unsupported says that the adapter cannot put this question, or cannot pass on the answer.
func Unsupported(why string) error { return unsupported{errors.New(why)} }

// Describe tells who is answering: the version of the first module, and of all that it stands on.
func Describe(name string, modules ...string) map[string]any {
	libraries := map[string]string{"go": runtime.Version()}
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, each := range build.Deps {
			libraries[each.Path] = each.Version
		}
	}
	shown := map[string]string{"go": libraries["go"]}
	for _, module := range modules {
		shown[module] = libraries[module]
	}
	version := libraries[append(modules, "go")[0]]
	return map[string]any{"name": name, "version": version, "language": "go", "libraries": shown}
}

// Elements is the answer to "read": a slice of numbers or booleans, in C order. Bits are moved,
// never converted.
func Elements(dataType string, shape []int, values any) any {
	var data bytes.Buffer
	if err := binary.Write(&data, binary.LittleEndian, values); err != nil {
		panic(err)
	}
	return answer(dataType, shape, base64.StdEncoding.EncodeToString(data.Bytes()))
}

// Strings is the answer to "read" for elements of any length that are text.
func Strings(shape []int, values []string) any { return answer("string", shape, values) }

// ByteStrings is the answer to "read" for elements of any length that are bytes.
func ByteStrings(shape []int, values [][]byte) any { return answer("bytes", shape, values) }

func answer(dataType string, shape []int, elements any) any {
	shape = append([]int{}, shape...) // no dimensions are a list too, and not null
	return map[string]any{"data_type": dataType, "shape": shape, "elements": elements}
}

// Serve answers until told to stop, or until there are no more questions.
func Serve(description map[string]any, questions Questions) {
	input, output := bufio.NewReader(os.Stdin), json.NewEncoder(answers)
	for {
		line, err := input.ReadBytes('\n')
		if err == io.EOF {
			return
		}
		id, question, place := parse(line)
		if question == "stop" {
			return
		}
		said := map[string]any{"returned": description}
		if question != "describe" {
			said = ask(questions, question, place)
		}
		said["id"] = id
		if err := output.Encode(said); err != nil {
			panic(err)
		}
	}
}

func parse(line []byte) (id json.RawMessage, question string, place Place) {
	var message map[string]json.RawMessage
	if err := json.Unmarshal(line, &message); err != nil {
		panic(err)
	}
	for name, parameters := range message {
		if name != "id" {
			question = name
			if err := json.Unmarshal(parameters, &place); err != nil {
				panic(err)
			}
		}
	}
	return message["id"], question, place
}

func ask(questions Questions, question string, place Place) map[string]any {
	function, known := questions[question]
	if !known {
		why := fmt.Sprintf("this adapter does not know how to %s", question)
		return map[string]any{"unsupported": map[string]any{"message": why}}
	}
	returned, err := function(place)
	switch err := err.(type) {
	case nil:
		return map[string]any{"returned": returned}
	case refused:
		message := []rune(err.Error())
		message = message[:min(len(message), longestMessage)]
		return map[string]any{"refused": map[string]any{"stage": err.stage, "message": string(message)}}
	case unsupported:
		return map[string]any{"unsupported": map[string]any{"message": err.Error()}}
	}
	panic(err)
}
