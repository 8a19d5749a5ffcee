// Command codegen writes SDKs and programs with Pulumi's own generators, for tests.
//
//	codegen LANGUAGE SCHEMA FOLDER    an SDK of a schema into a folder
//	codegen program LOADER FOLDER     the Python program of the folder's PCL into it, with the
//	                                  schemas that an engine's loader gives
//
// The released language hosts have them; those that are built from source here do not.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/hcl2/syntax"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const tool = "pulumi"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 3 {
		return errors.New("codegen LANGUAGE SCHEMA FOLDER")
	}
	var files map[string][]byte
	var err error
	if args[0] == "program" {
		files, err = program(args[1], args[2])
	} else {
		files, err = sdk(args[0], args[1])
	}
	if err != nil {
		return err
	}
	for name, content := range files {
		path := filepath.Join(args[2], name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func program(loader, folder string) (map[string][]byte, error) {
	client, err := schema.NewLoaderClient(loader)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	parser := syntax.NewParser()
	sources, err := filepath.Glob(filepath.Join(folder, "*.pp"))
	if err != nil {
		return nil, err
	}
	for _, source := range sources {
		text, err := os.Open(source)
		if err != nil {
			return nil, err
		}
		err = parser.ParseFile(text, filepath.Base(source))
		text.Close()
		if err != nil {
			return nil, err
		}
	}
	if parser.Diagnostics.HasErrors() {
		return nil, parser.Diagnostics
	}
	bound, diagnostics, err := pcl.BindProgram(parser.Files, schema.NewCachedLoader(client))
	if err != nil {
		return nil, err
	}
	if diagnostics.HasErrors() {
		return nil, diagnostics
	}
	files, diagnostics, err := python.GenerateProgram(bound)
	if err == nil && diagnostics.HasErrors() {
		err = diagnostics
	}
	return files, err
}

func sdk(language, file string) (map[string][]byte, error) {
	pkg, err := read(file)
	if err != nil {
		return nil, err
	}
	switch language {
	case "python":
		return python.GeneratePackage(tool, pkg, nil, nil)
	case "nodejs":
		return nodejs.GeneratePackage(tool, pkg, nil, nil, false, nil)
	case "go":
		return gogen.GeneratePackage(tool, pkg, nil)
	}
	return nil, fmt.Errorf("no generator for %s", language)
}

func read(file string) (*schema.Package, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(data, &spec); err != nil {
		return nil, err
	}
	pkg, diagnostics, err := schema.BindSpec(spec, schema.NewNullLoader(), schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	if diagnostics.HasErrors() {
		return nil, diagnostics
	}
	return pkg, nil
}
