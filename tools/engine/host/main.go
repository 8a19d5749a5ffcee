// Command pulumi-language-python is the Python language host of an engine that was built from
// source. The released one is no module of its own, so Go's proxy does not have it.
//
// The engine starts it as `pulumi-language-python [flags] [engine address]`, reads the port that it
// prints, and speaks the LanguageRuntime protocol to it.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"google.golang.org/grpc"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve() error {
	tracing := flag.String("tracing", "", "where the program sends its traces")
	flag.Parse() // -v and --logtostderr are there too: they come with Pulumi's logging

	ended, end := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	watchEngine(end)
	stop := make(chan bool)
	context.AfterFunc(ended, func() { close(stop) })

	running, endRunning := context.WithCancel(ended)
	defer endRunning()
	served, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, &host{
				engine: flag.Arg(0), tracing: *tracing, ended: running, end: endRunning,
			})
			return nil
		},
		Cancel: stop,
	})
	if err != nil {
		return err
	}
	fmt.Println(served.Port)
	err = <-served.Done
	if syscall.Getpgrp() == os.Getpid() {
		// What the programs started themselves ends with them.
		signal.Ignore(syscall.SIGTERM)
		_ = syscall.Kill(0, syscall.SIGTERM)
	}
	return err
}

// watchEngine calls end when the engine is gone. It holds the other end of our standard input and
// never writes to it.
func watchEngine(end func()) {
	if input, err := os.Stdin.Stat(); err != nil || input.Mode()&os.ModeNamedPipe == 0 {
		return
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		end()
	}()
}
