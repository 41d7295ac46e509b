package main

import (
	"time"

	"github.com/scalectl/scalectl/pkg/diag"
	"github.com/scalectl/scalectl/pkg/render"
	"github.com/scalectl/scalectl/pkg/spec"
	"github.com/spf13/cobra"
)

// load reads the spec for a command that goes on from there. Findings go to stderr; with
// an error among them the run ends.
func (a *app) load(cmd *cobra.Command, files *fileFlags, now time.Time) (*spec.Spec, render.Sources, error) {
	sources, err := files.read(cmd, a.stdin)
	if err != nil {
		return nil, nil, err
	}
	loaded, list := spec.Load(sources, a.specOptions(files, now))
	text := sourceText(sources)
	if len(list) > 0 {
		if err := a.report(list, text); err != nil {
			return nil, nil, err
		}
	}
	if loaded == nil {
		return nil, nil, quiet(exitInvalid)
	}
	return loaded, text, nil
}

func (a *app) specOptions(files *fileFlags, now time.Time) spec.Options {
	return spec.Options{Environment: files.environment, Getenv: a.env.lookup, Now: now}
}

// report writes findings to stderr.
func (a *app) report(list diag.List, sources render.Sources) error {
	return render.Diagnostics(a.stderr, list, sources, a.look(a.stderr))
}
