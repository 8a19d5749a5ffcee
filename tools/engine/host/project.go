package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// listPlugins prints every installed package that names its plugin, found without asking pip, which
// is ten times slower.
const listPlugins = `
import json, pathlib, sys
for folder in filter(None, dict.fromkeys(sys.path)):
    for file in pathlib.Path(folder).glob("*/pulumi-plugin.json"):
        plugin = json.loads(file.read_text("utf-8"))
        if plugin.get("resource"):
            package = file.parent.name
            name = plugin.get("name") or package.removeprefix("pulumi_").replace("_", "-")
            version = plugin.get("version")
            if not version:
                import importlib.metadata  # slow, and seldom needed
                version = importlib.metadata.version(package)
            print(json.dumps(plugin | {"name": name, "version": version}))
`

// released is a version that names a plugin's too: an alpha's or beta's of a package does not.
var released = regexp.MustCompile(`^v?\d+\.\d+\.\d+([-+].*)?$`)

// plugin is a pulumi-plugin.json.
type plugin struct {
	Name             string
	Version          string
	Server           string
	Parameterization *struct {
		Name    string
		Version string
		Value   []byte
	}
}

// projectPython gives the Python of a project, as runtime.options of its Pulumi.yaml say:
// https://www.pulumi.com/docs/iac/languages-sdks/python/#virtual-environments.
func projectPython(info *pulumirpc.ProgramInfo) (toolchain.Toolchain, error) {
	options := toolchain.PythonOptions{Root: info.RootDirectory, ProgramDir: info.ProgramDirectory}
	for name, value := range info.Options.AsMap() {
		text, ok := value.(string)
		if !ok {
			return nil, fmt.Errorf("runtime.options.%s in Pulumi.yaml must be a string", name)
		}
		switch name + " " + text {
		case "toolchain pip":
			options.Toolchain = toolchain.Pip
		case "toolchain poetry":
			options.Toolchain = toolchain.Poetry
		case "toolchain uv":
			options.Toolchain = toolchain.Uv
		default:
			if name != "virtualenv" {
				return nil, fmt.Errorf("runtime.options.%s: %s in Pulumi.yaml needs the released"+
					" Pulumi CLI; install it, or remove the option (this engine was built from"+
					" source)", name, text)
			}
			options.Virtualenv = text
		}
	}
	return toolchain.ResolveToolchain(options)
}

// plugins gives the plugins of the installed packages.
func plugins(
	ctx context.Context, python toolchain.Toolchain,
) ([]*pulumirpc.PackageDependency, error) {
	if err := python.ValidateVenv(ctx); err != nil {
		return nil, err
	}
	command, err := python.Command(ctx, "-c", listPlugins)
	if err != nil {
		return nil, err
	}
	printed, err := gently(command).Output()
	if err != nil {
		return nil, fmt.Errorf("%s could not list what is installed: %w", command.Args, err)
	}
	var found []*pulumirpc.PackageDependency
	for lines := bufio.NewScanner(bytes.NewReader(printed)); lines.Scan(); {
		var one plugin
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			return nil, err
		}
		if !released.MatchString(one.Version) {
			continue
		}
		needed := &pulumirpc.PackageDependency{
			Kind: "resource", Name: one.Name, Server: one.Server,
			Version: "v" + strings.TrimPrefix(one.Version, "v"),
		}
		if own := one.Parameterization; own != nil {
			needed.Parameterization = &pulumirpc.PackageParameterization{
				Name: own.Name, Version: own.Version, Value: own.Value,
			}
		}
		found = append(found, needed)
	}
	return found, nil
}
