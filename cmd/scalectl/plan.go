package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/scalectl/scalectl/pkg/live"
	"github.com/scalectl/scalectl/pkg/plan"
	"github.com/scalectl/scalectl/pkg/render"
	"github.com/scalectl/scalectl/pkg/spec"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// planFlags are everything that a plan is made from.
type planFlags struct {
	files    fileFlags
	aws      awsFlags
	targets  []string
	excludes []string
}

func (f *planFlags) register(flags *pflag.FlagSet) {
	f.files.register(flags)
	f.aws.register(flags)
	flags.StringArrayVar(&f.targets, "target", nil,
		"only changes whose address, or whose scalable target's address, fits this glob or lies below it (* within a name, ** across slashes); repeatable")
	flags.StringArrayVar(&f.excludes, "exclude", nil, "no changes that fit this glob; wins over --target; repeatable")
}

// words returns the flags as they are written on a command line.
func (f *planFlags) words() []string {
	w := append(f.files.words(), f.aws.words()...)
	for _, t := range f.targets {
		w = append(w, "--target", t)
	}
	for _, e := range f.excludes {
		w = append(w, "--exclude", e)
	}
	return w
}

func (f *planFlags) selection() *plan.Selection {
	if len(f.targets) == 0 && len(f.excludes) == 0 {
		return nil
	}
	return &plan.Selection{Targets: f.targets, Excludes: f.excludes}
}

func (a *app) planCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Show what would change",
		Long: paragraph(`plan compares a spec with live AWS and shows what an apply would do. It makes no call
			that changes anything. --target and --exclude make a partial plan, which says so.
			--out saves the plan for "show" and "apply". -o markdown is for a comment on a pull
			request: at most 60,000 characters, with every deletion and every tripped guard.`),
		Example: "  scalectl plan -f fleet.yaml\n" +
			"  scalectl plan -f specs -e prod --out plan.json --detailed-exitcode\n" +
			"  scalectl plan -f fleet.yaml -o text -o json=plan.json --target 'endpoint/ranker/**'\n" +
			"  scalectl plan -f fleet.yaml -o markdown=comment.md",
		Args: noArgs,
	}
	var flags planFlags
	flags.register(cmd.Flags())
	out := outputsVar(cmd, "text", "json", "markdown")
	save := cmd.Flags().String("out", "", "save the plan in this file, for show and apply")
	detailed := cmd.Flags().Bool("detailed-exitcode", false, "end with exit code 2 when there are changes")
	progressFlag := progressVar(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		list, err := out.parse(cmd)
		if err != nil {
			return err
		}
		ctx, stop := a.interruptible(cmd.Context(), func() {})
		defer stop()
		p, _, err := a.makePlan(ctx, cmd, &flags, a.progress(progressFlag))
		if err != nil {
			return err
		}
		command := append([]string{"scalectl", "apply"}, flags.words()...)
		if *save != "" {
			data, err := plan.Encode(p)
			if err != nil {
				return err
			}
			if err := replaceFile(*save, data); err != nil {
				return err
			}
			command = append([]string{"scalectl", "apply", *save}, flags.aws.words()...)
		}
		if err := a.writePlan(list, p, command, *save != ""); err != nil {
			return err
		}
		if *detailed && !p.IsEmpty() {
			return quiet(exitChanges)
		}
		return nil
	}
	return cmd
}

// makePlan loads the spec, reads AWS and compares.
func (a *app) makePlan(ctx context.Context, cmd *cobra.Command, flags *planFlags, progress *progress) (*plan.Plan, *connection, error) {
	loaded, sources, err := a.load(cmd, &flags.files, a.env.now())
	if err != nil {
		return nil, nil, err
	}
	conn, err := a.connect(ctx, &flags.aws, loaded.Desired.Region)
	if err != nil {
		return nil, nil, err
	}
	p, err := a.comparePlan(ctx, loaded, conn, flags, progress)
	var problems *plan.ProblemsError
	if errors.As(err, &problems) {
		if err := a.report(problems.Problems, sources); err != nil {
			return nil, nil, err
		}
		return nil, nil, quiet(exitInvalid)
	}
	return p, conn, err
}

func (a *app) comparePlan(ctx context.Context, loaded *spec.Spec, conn *connection, flags *planFlags, progress *progress) (*plan.Plan, error) {
	reader := &live.Reader{
		Clients: conn.clients, Parallelism: flags.aws.parallelism, Now: conn.now,
		Progress: func(p live.Progress) {
			if p.Total > 0 {
				progress.show(fmt.Sprintf("reading %s %d of %d", p.Subject, p.Done, p.Total))
			} else {
				progress.show(fmt.Sprintf("reading %s %d", p.Subject, p.Done))
			}
		},
	}
	observed, err := reader.Read(ctx, loaded.Desired)
	progress.clear()
	var elsewhere *live.WrongPlaceError
	var credentials *live.CredentialsError
	switch {
	case errors.As(err, &elsewhere):
		return nil, fmt.Errorf("%w; nothing was read", err)
	case errors.As(err, &credentials):
		return nil, fmt.Errorf("%w\nset AWS_PROFILE or give --profile, or log in; to try without an account give --sandbox DIR", err)
	case err != nil:
		return nil, fmt.Errorf("no plan, because AWS could not be read in full: %w", err)
	}
	calls := conn.clients.Stats().Total()
	a.log.Info("read AWS", "calls", calls.Calls, "attempts", calls.Attempts, "throttled", calls.Throttled,
		"account", observed.Account, "region", observed.Region)
	return plan.Build(plan.Input{
		Desired: loaded.Desired, Observed: observed, Positions: loaded.Positions, Environment: loaded.Environment,
		Now: observed.ReadAt, Selection: flags.selection(),
	})
}

// missingConsent returns the guards of a plan that need consent which was not given.
func missingConsent(p *plan.Plan, given []plan.GuardName) []plan.GuardName {
	var missing []plan.GuardName
	for _, name := range p.Tripped() {
		if !slices.Contains(given, name) {
			missing = append(missing, name)
		}
	}
	return missing
}

// refuse writes why a plan is not applied.
func (a *app) refuse(p *plan.Plan, missing, given []plan.GuardName, command []string, saved bool) error {
	opts := a.look(a.stderr)
	opts.Command, opts.CommandHoldsDigest = command, saved
	if err := render.Refusal(a.stderr, p, missing, given, opts); err != nil {
		return err
	}
	return quiet(exitRefused)
}
