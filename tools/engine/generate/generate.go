// Package generate writes SDKs and programs with Pulumi's own generators.
package generate

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/hcl2/syntax"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const tool = "pulumi"

// Program gives the files of the Python program that PCL files describe, with the schemas that the
// engine's loader at an address gives.
func Program(sources map[string]string, loader string) (map[string][]byte, error) {
	client, err := schema.NewLoaderClient(loader)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	parser := syntax.NewParser()
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		if err := parser.ParseFile(strings.NewReader(sources[name]), name); err != nil {
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

// SDK gives the files of a package in one of the languages python, nodejs and go, for a schema.
func SDK(language string, description []byte) (map[string][]byte, error) {
	var spec schema.PackageSpec
	if err := json.Unmarshal(description, &spec); err != nil {
		return nil, err
	}
	pkg, diagnostics, err := schema.BindSpec(spec, schema.NewNullLoader(), schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	if diagnostics.HasErrors() {
		return nil, diagnostics
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
