// Command codegen writes the SDK of a schema into a folder, for tests.
//
//	codegen LANGUAGE SCHEMA FOLDER
//
// The language is python, nodejs or go. The released language hosts can do it; of those that are
// built from source here only Python's can.
package main

import (
	"fmt"
	"os"

	"pulumi-dli/tools/engine/generate"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "codegen LANGUAGE SCHEMA FOLDER")
		os.Exit(1)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(language, schema, folder string) error {
	description, err := os.ReadFile(schema)
	if err != nil {
		return err
	}
	files, err := generate.SDK(language, description)
	if err != nil {
		return err
	}
	return generate.Write(files, folder)
}
