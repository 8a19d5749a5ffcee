package main

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// engineLog shows what is written to it on the engine's screen, for a moment.
type engineLog struct {
	ctx     context.Context
	address string
}

func (l engineLog) Write(text []byte) (int, error) {
	engine, err := grpc.NewClient(
		l.address, grpc.WithTransportCredentials(insecure.NewCredentials()),
	)
	if err != nil {
		return 0, err
	}
	defer engine.Close()
	line := &pulumirpc.LogRequest{Message: string(text), Ephemeral: true}
	if _, err := pulumirpc.NewEngineClient(engine).Log(l.ctx, line); err != nil {
		return 0, err
	}
	return len(text), nil
}
