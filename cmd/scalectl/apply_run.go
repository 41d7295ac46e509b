package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/scalectl/scalectl/pkg/apply"
	"github.com/scalectl/scalectl/pkg/plan"
	"github.com/scalectl/scalectl/pkg/render"
)

// carryOut runs the plan, tells how far it is, and says at the end what became of every
// change.
func (a *app) carryOut(ctx context.Context, p *plan.Plan, conn *connection, flags *applyFlags, journal *journalFile, progress *progress) error {
	settled := 0
	result, err := apply.Run(ctx, conn.clients, p, apply.Options{
		Parallelism: flags.plan.aws.parallelism,
		Journal:     journal.writer(),
		Now:         conn.now,
		Progress: func(e apply.Event) {
			switch e.Kind {
			case apply.Started:
				progress.show(fmt.Sprintf("%d of %d settled; %s %s", settled, len(p.Changes), e.Action, e.Address))
			case apply.CallFailed:
				a.log.Info("call failed", "address", e.Address, "operation", e.Operation, "attempt", e.Attempt,
					"throttled", e.Throttled, "error", e.Err)
			case apply.Finished:
				settled++
				progress.event(fmt.Sprintf("[%d/%d] %s: %s %s", settled, len(p.Changes), e.Outcome.Status, e.Action, e.Address))
			}
		},
	})
	progress.clear()
	var journalErr *apply.JournalError
	if err != nil && !errors.As(err, &journalErr) {
		return fmt.Errorf("nothing was done: %w", err)
	}
	calls := result.Calls.Total()
	a.log.Info("applied", "calls", calls.Calls, "attempts", calls.Attempts, "throttled", calls.Throttled)
	if err := render.Outcomes(a.stderr, result.Outcomes, result.Interrupted, a.look(a.stderr)); err != nil {
		return err
	}
	if journalErr != nil {
		return journalErr
	}
	return quietly(codeOfResult(result))
}

// quietly makes an error of a code that was explained already.
func quietly(code exitCode) error {
	if code == exitDone {
		return nil
	}
	return quiet(code)
}

// codeOfResult is the exit code of a run. Partly applied is only what applied something:
// where nothing was done, the cause says more.
func codeOfResult(r apply.Result) exitCode {
	switch {
	case r.Interrupted:
		return exitInterrupted
	case r.Count(plan.Done) == len(r.Outcomes):
		return exitDone
	case r.Count(plan.Done) > 0:
		return exitPartial
	case r.Count(plan.Stale) > 0:
		return exitStale
	}
	for _, f := range r.Failures {
		if code := codeOf(f.Err); code == exitDenied || code == exitUnavailable {
			return code
		}
	}
	return exitPartial
}

// journalFile is the file of --journal; nil when there is none.
type journalFile struct{ file *os.File }

func openJournal(name string) (*journalFile, error) {
	if name == "" {
		return nil, nil
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fail(exitUsage, "open journal: %w", err)
	}
	return &journalFile{f}, nil
}

// writer returns nil, not a nil *os.File, without a journal.
func (j *journalFile) writer() io.Writer {
	if j == nil {
		return nil
	}
	return j.file
}

func (j *journalFile) close() {
	if j != nil {
		_ = j.file.Close() // every line was synced when it was written
	}
}
