package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/scalectl/scalectl/pkg/plan"
	"github.com/scalectl/scalectl/pkg/render"
	"github.com/spf13/cobra"
)

// defaultMaxAge is how old a saved plan may be. What the plan says about capacity and
// schedules is about the moment at which it was made.
const defaultMaxAge = 24 * time.Hour

// maxClockSkew is how far in the future a plan may have been made: two machines' clocks
// differ, but not by more.
const maxClockSkew = 5 * time.Minute

// applyFlags say what is applied and with what consent.
type applyFlags struct {
	plan         planFlags
	autoApprove  bool
	allow        []string
	expectDigest string
	journal      string
	maxAge       time.Duration
}

func (a *app) applyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "apply [PLAN]",
		Short: "Carry out a plan",
		Long: paragraph(`apply carries out a saved plan, or with -f makes a plan, shows it, asks, and carries it
			out. It does what the plan says or stops: right before each write it looks whether the
			live object is still as the plan saw it. A plan that trips a guard needs --allow with
			the guard's name. A saved plan is not asked about, and neither is a plan whose digest
			is given by --expect-digest, because somebody has read it. Ctrl-C finishes the call
			in flight. Running the same command again continues where it ended.`),
		Example: "  scalectl apply -f fleet.yaml\n" +
			"  scalectl apply plan.json --journal journal.jsonl\n" +
			"  scalectl apply -f fleet.yaml --auto-approve --allow adopt",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef(cmd, "takes one plan, not %d", len(args))
			}
			return nil
		},
	}
	var flags applyFlags
	flags.plan.register(cmd.Flags())
	cmd.Flags().BoolVar(&flags.autoApprove, "auto-approve", false, "do not ask")
	cmd.Flags().StringArrayVar(&flags.allow, "allow", nil, "consent to what this guard refuses: "+guardWords()+"; repeatable")
	cmd.Flags().StringVar(&flags.expectDigest, "expect-digest", "", "apply only a plan with this digest, without asking")
	cmd.Flags().StringVar(&flags.journal, "journal", "", "append every call to this file, as JSON lines, before and after it is made")
	cmd.Flags().DurationVar(&flags.maxAge, "max-age", defaultMaxAge, "refuse a saved plan that is older")
	progressFlag := progressVar(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return a.apply(cmd, args, &flags, a.progress(progressFlag))
	}
	return cmd
}

func guardWords() string {
	var words []string
	for _, g := range plan.GuardNames() {
		words = append(words, string(g))
	}
	return strings.Join(words, ", ")
}

// apply is the whole command: get the plan, show it, check every reason not to go on, and
// carry it out.
func (a *app) apply(cmd *cobra.Command, args []string, flags *applyFlags, progress *progress) error {
	given, err := flags.consent(cmd)
	if err != nil {
		return err
	}
	saved := len(args) == 1
	if err := flags.checkCombination(cmd, saved); err != nil {
		return err
	}
	journal, err := openJournal(flags.journal)
	if err != nil {
		return err
	}
	defer journal.close()

	ctx, stop := a.interruptible(cmd.Context(), func() {
		progress.clear()
		fmt.Fprintln(a.stderr, "scalectl: interrupted; finishing the call in flight (a second Ctrl-C ends at once)")
	})
	defer stop()

	var p *plan.Plan
	var conn *connection
	command := []string{"scalectl", "apply"}
	if saved {
		p, conn, err = a.savedPlan(ctx, args[0], flags)
		command = append(append(command, args[0]), flags.plan.aws.words()...)
	} else {
		p, conn, err = a.makePlan(ctx, cmd, &flags.plan, progress)
		command = append(command, flags.plan.words()...)
	}
	if err != nil {
		return err
	}
	opts := a.look(a.stdout)
	opts.Now = p.CreatedAt
	if err := render.Plan(a.stdout, p, opts); err != nil {
		return fmt.Errorf("write plan: %w", err)
	}
	if flags.expectDigest != "" && flags.expectDigest != p.Digest {
		return fail(exitStale, "the plan has digest %s, not the expected %s: the spec or the live state has changed since; nothing was done", p.Digest, flags.expectDigest)
	}
	if p.IsEmpty() {
		return nil
	}
	if missing := missingConsent(p, given); len(missing) > 0 {
		return a.refuse(p, missing, given, command, saved)
	}
	if !saved && flags.expectDigest == "" && !flags.autoApprove {
		if err := a.confirm(ctx, p); err != nil {
			return err
		}
	}
	return a.carryOut(ctx, p, conn, flags, journal, progress)
}

// consent checks the names given by --allow.
func (f *applyFlags) consent(cmd *cobra.Command) ([]plan.GuardName, error) {
	var given []plan.GuardName
	for _, name := range f.allow {
		g := plan.GuardName(name)
		if !slices.Contains(plan.GuardNames(), g) {
			return nil, usagef(cmd, "unknown guard %q: must be one of %s", name, guardWords())
		}
		given = append(given, g)
	}
	return given, nil
}

func (f *applyFlags) checkCombination(cmd *cobra.Command, saved bool) error {
	if !saved {
		return nil
	}
	for _, name := range []string{"file", "env", "target", "exclude"} {
		if cmd.Flags().Changed(name) {
			return usagef(cmd, "a saved plan says by itself what is applied: --%s does not go with it", name)
		}
	}
	return nil
}

// savedPlan reads a plan and makes sure that it is fresh and meant for this account and
// region. Whose objects it touches is checked again object by object during the apply.
func (a *app) savedPlan(ctx context.Context, name string, flags *applyFlags) (*plan.Plan, *connection, error) {
	p, err := a.readPlan(name)
	if err != nil {
		return nil, nil, err
	}
	conn, err := a.connect(ctx, &flags.plan.aws, p.Region)
	if err != nil {
		return nil, nil, err
	}
	age := conn.now().Sub(p.CreatedAt)
	if age > flags.maxAge {
		return nil, nil, fail(exitStale, "the plan was made %s ago, more than the %s that --max-age allows: make a new one", age.Round(time.Second), flags.maxAge)
	}
	if age < -maxClockSkew {
		return nil, nil, fail(exitStale, "the plan was made %s in the future (%s): a clock is wrong", (-age).Round(time.Second), p.CreatedAt.Format(time.RFC3339))
	}
	if _, err := conn.clients.CheckPlace(ctx, p.Account, p.Region); err != nil {
		return nil, nil, fmt.Errorf("the plan is for account %s in %s: %w", p.Account, p.Region, err)
	}
	return p, conn, nil
}

// confirm asks on a terminal. Without one, or after any answer but yes, nothing is done.
func (a *app) confirm(ctx context.Context, p *plan.Plan) error {
	if !isTerminal(a.stdin) {
		return fail(exitUnconfirmed, "nobody can be asked here, so nothing was done; look at the plan, then run again with --expect-digest %s or --auto-approve", p.Digest)
	}
	fmt.Fprintf(a.stderr, "\nApply these %s to account %s in %s? Only yes is taken: ", changes(len(p.Changes)), printable(p.Account), printable(p.Region))
	answer := make(chan string, 1)
	go func() {
		line, err := bufio.NewReader(a.stdin).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			line = ""
		}
		answer <- strings.TrimSpace(line)
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(a.stderr)
		return quiet(exitInterrupted)
	case line := <-answer:
		if line != "yes" {
			return fail(exitUnconfirmed, "not confirmed, nothing was done")
		}
	}
	return nil
}

func changes(n int) string {
	if n == 1 {
		return "1 change"
	}
	return fmt.Sprintf("%d changes", n)
}
