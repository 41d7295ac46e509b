package main

import (
	"fmt"
	"io"
	"os"

	"github.com/scalectl/scalectl/pkg/plan"
)

// readPlan reads a saved plan; "-" is stdin.
func (a *app) readPlan(name string) (*plan.Plan, error) {
	in := a.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fail(exitUsage, "open plan: %w", err)
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, plan.MaxEncodedSize+1))
	if err != nil {
		return nil, fail(exitUsage, "read plan: %w", err)
	}
	p, err := plan.Decode(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}
