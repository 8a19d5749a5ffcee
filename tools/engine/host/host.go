package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/version"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"pulumi-dli/tools/engine/generate"
)

const (
	// executor runs the program. It lies beside this command, and comes with the SDK.
	executor = "pulumi-language-python-exec"
	// reported is its exit code for "the user has been told what is wrong".
	reported = 32
	// grace is the time that a program has to end. The engine gives this host 5 s before it
	// kills the whole process group.
	grace = 3 * time.Second
)

// host is the LanguageRuntime service: one method, one RPC. What it does not have says so.
type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer

	engine  string
	tracing string
	// ended is done once nothing new is to start and what runs is to end; end makes it so.
	ended context.Context
	end   context.CancelFunc
}

// Handshake learns the engine's address, where it was not given on the command line.
func (h *host) Handshake(
	_ context.Context, request *pulumirpc.LanguageHandshakeRequest,
) (*pulumirpc.LanguageHandshakeResponse, error) {
	h.engine = request.EngineAddress
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

// GetPluginInfo names the version of the engine that this host was built with.
func (h *host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version.Version}, nil
}

// GetRequiredPackages names the plugins of the installed packages, after creating a virtual
// environment that is missing.
func (h *host) GetRequiredPackages(
	ctx context.Context, request *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	ctx, done := h.until(ctx)
	defer done()
	python, err := projectPython(request.Info)
	if err != nil {
		return nil, err
	}
	told := engineLog{ctx, h.engine}
	err = python.EnsureVenv(ctx, request.Info.ProgramDirectory, false, true, told, told)
	if err != nil {
		return nil, err
	}
	packages, err := plugins(ctx, python)
	return &pulumirpc.GetRequiredPackagesResponse{Packages: packages}, err
}

// Run runs the program to its end. `Bail` says that the user knows why it failed.
func (h *host) Run(
	ctx context.Context, request *pulumirpc.RunRequest,
) (*pulumirpc.RunResponse, error) {
	if request.GetAttachDebugger() {
		return nil, errors.New("--attach-debugger needs the released Pulumi CLI; this engine was" +
			" built from source")
	}
	ctx, done := h.until(ctx)
	defer done()
	python, err := projectPython(request.Info)
	if err != nil {
		return nil, err
	}
	if err := python.ValidateVenv(ctx); err != nil {
		return nil, err
	}
	arguments, err := h.arguments(request)
	if err != nil {
		return nil, err
	}
	program, err := python.Command(ctx, arguments...)
	if err != nil {
		return nil, err
	}
	// Without a configuration both are nil here, which JSON calls null and the program cannot read.
	config, err := json.Marshal(maps.Collect(maps.All(request.Config)))
	if err != nil {
		return nil, err
	}
	secret, err := json.Marshal(append([]string{}, request.ConfigSecretKeys...))
	if err != nil {
		return nil, err
	}
	program.Env = append(
		program.Environ(),
		"PULUMI_CONFIG="+string(config), "PULUMI_CONFIG_SECRET_KEYS="+string(secret),
	)
	program.Stdout, program.Stderr = os.Stdout, os.Stderr
	err = gently(program).Run()
	var failed *exec.ExitError
	switch {
	case err == nil:
		return &pulumirpc.RunResponse{}, nil
	case h.ended.Err() != nil, errors.As(err, &failed) && failed.ExitCode() == reported:
		return &pulumirpc.RunResponse{Bail: true}, nil
	case failed != nil && failed.Exited():
		return &pulumirpc.RunResponse{
			Error: fmt.Sprintf("Program exited with non-zero exit code: %d", failed.ExitCode()),
		}, nil
	}
	return &pulumirpc.RunResponse{Error: "Program was ended: " + err.Error()}, nil
}

func (h *host) arguments(request *pulumirpc.RunRequest) ([]string, error) {
	own, err := os.Executable()
	if err != nil {
		return nil, err
	}
	arguments := []string{"-u", filepath.Join(filepath.Dir(own), executor)}
	for _, given := range [][2]string{
		{"monitor", request.MonitorAddress},
		{"engine", h.engine},
		{"project", request.Project},
		{"root_directory", request.Info.RootDirectory},
		{"stack", request.Stack},
		{"pwd", request.Pwd},
		{"dry_run", strconv.FormatBool(request.DryRun)},
		{"parallel", strconv.Itoa(int(request.Parallel))},
		{"tracing", h.tracing},
		{"organization", request.Organization},
	} {
		if given[1] != "" {
			arguments = append(arguments, "--"+given[0], given[1])
		}
	}
	entry := request.Info.EntryPoint
	if entry == "" {
		entry = "."
	}
	return append(append(arguments, entry), request.Args...), nil
}

// InstallDependencies is `pulumi install`.
func (h *host) InstallDependencies(
	request *pulumirpc.InstallDependenciesRequest,
	server pulumirpc.LanguageRuntime_InstallDependenciesServer,
) error {
	ctx, done := h.until(server.Context())
	defer done()
	python, err := projectPython(request.Info)
	if err != nil {
		return err
	}
	closer, out, errs, err := rpcutil.MakeInstallDependenciesStreams(server, request.IsTerminal)
	if err != nil {
		return err
	}
	return errors.Join(
		python.InstallDependencies(
			ctx, request.Info.ProgramDirectory, request.UseLanguageVersionTools, true, out, errs,
		),
		closer.Close(),
	)
}

// RunPlugin runs a policy pack until the engine has enough of it. Its first line is its port.
func (h *host) RunPlugin(
	request *pulumirpc.RunPluginRequest, server pulumirpc.LanguageRuntime_RunPluginServer,
) error {
	if request.Kind != "analyzer" {
		return h.UnimplementedLanguageRuntimeServer.RunPlugin(request, server)
	}
	ctx, done := h.until(server.Context())
	defer done()
	python, err := projectPython(request.Info)
	if err != nil {
		return err
	}
	_, out, errs, err := rpcutil.MakeRunPluginStreams(server, false)
	if err != nil {
		return err
	}
	arguments := append(append([]string{"-u", "-m", "pulumi.policy"}, request.Args...),
		request.Info.RootDirectory)
	pack, err := python.Command(ctx, arguments...)
	if err != nil {
		return err
	}
	pack.Stdout, pack.Stderr = out, errs
	err = gently(pack).Run()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		return err
	}
	code := int32(pack.ProcessState.ExitCode())
	return server.Send(&pulumirpc.RunPluginResponse{
		Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: code},
	})
}

// About is for `pulumi about`: the interpreter that runs the program.
func (h *host) About(
	ctx context.Context, request *pulumirpc.AboutRequest,
) (*pulumirpc.AboutResponse, error) {
	python, err := projectPython(request.Info)
	if err != nil {
		return nil, err
	}
	found, err := python.About(ctx)
	return &pulumirpc.AboutResponse{
		Executable: found.PythonExecutable, Version: found.PythonVersion.String(),
	}, err
}

// GetProgramDependencies is for `pulumi about`: what is installed for the program.
func (h *host) GetProgramDependencies(
	ctx context.Context, request *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	python, err := projectPython(request.Info)
	if err != nil {
		return nil, err
	}
	listed, err := python.ListPackages(ctx, request.TransitiveDependencies)
	installed := make([]*pulumirpc.DependencyInfo, len(listed))
	for i, item := range listed {
		installed[i] = &pulumirpc.DependencyInfo{Name: item.Name, Version: item.Version}
	}
	return &pulumirpc.GetProgramDependenciesResponse{Dependencies: installed}, err
}

// GenerateProgram is for `pulumi import`: the program of what was imported.
func (h *host) GenerateProgram(
	_ context.Context, request *pulumirpc.GenerateProgramRequest,
) (*pulumirpc.GenerateProgramResponse, error) {
	files, err := generate.Program(request.Source, request.LoaderTarget)
	return &pulumirpc.GenerateProgramResponse{Source: files}, err
}

// GeneratePackage is `pulumi package gen-sdk`: the package of a schema.
func (h *host) GeneratePackage(
	_ context.Context, request *pulumirpc.GeneratePackageRequest,
) (*pulumirpc.GeneratePackageResponse, error) {
	files, err := generate.SDK("python", []byte(request.Schema))
	if err != nil {
		return nil, err
	}
	return &pulumirpc.GeneratePackageResponse{}, generate.Write(files, request.Directory)
}

// Cancel ends the program: the user has pressed ^C.
func (h *host) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	h.end()
	return &emptypb.Empty{}, nil
}

// until gives a context that is done when the call's is, and when the host is to end.
func (h *host) until(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(h.ended, cancel)
	return ctx, func() { stop(); cancel() }
}

// gently lets a command end by SIGTERM, and by SIGKILL only where that is not enough. SIGINT, which
// the engine sends to the whole process group, is kept from it: Python would answer by a traceback.
func gently(command *exec.Cmd) *exec.Cmd {
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = grace
	shell := []string{"sh", "-c", `trap "" INT; exec "$@"`, "sh", command.Path}
	command.Args = append(shell, command.Args[1:]...)
	command.Path = "/bin/sh"
	return command
}
