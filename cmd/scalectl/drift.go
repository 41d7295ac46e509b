package main

import (
	"context"
	"fmt"

	"github.com/scalectl/scalectl/pkg/live"
	"github.com/spf13/cobra"
)

func (a *app) driftCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "drift",
		Short: "Check that live AWS is as the spec says",
		Long: paragraph(`drift is plan for scheduled jobs: it makes the same plan and ends with exit code 2
			when live AWS differs from the spec, 0 when it does not, and with the code of the
			failure when it could not look. It changes nothing, and every call that would is
			refused before it leaves the process, so a role that can only read is enough.`),
		Example: "  scalectl drift -f fleet.yaml\n" +
			"  scalectl drift -f specs -e prod -o text -o json=drift.json --exclude '**/schedule/*'",
		Args: noArgs,
	}
	var flags planFlags
	flags.register(cmd.Flags())
	out := outputsVar(cmd, "text", "json")
	progressFlag := progressVar(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		list, err := out.parse(cmd)
		if err != nil {
			return err
		}
		ctx, stop := a.interruptible(live.WithHook(cmd.Context(), readOnly{}), func() {})
		defer stop()
		p, _, err := a.makePlan(ctx, cmd, &flags, a.progress(progressFlag))
		if err != nil {
			return err
		}
		command := append([]string{"scalectl", "apply"}, flags.words()...)
		if err := a.writePlan(list, p, command, false); err != nil {
			return err
		}
		if !p.IsEmpty() {
			return quiet(exitChanges)
		}
		return nil
	}
	return cmd
}

// readOnly keeps every mutating call made with its context inside the process.
type readOnly struct{}

// Before refuses. The hook does not see calls that only read.
func (readOnly) Before(_ context.Context, a live.Attempt) error {
	return fmt.Errorf("this is a bug in scalectl: a command that only reads was about to call %s:%s", a.Service, a.Operation)
}

// After is never reached, because nothing is let through.
func (readOnly) After(context.Context, live.Attempt, live.Reply) {}
