package apply

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/scalectl/scalectl/pkg/live"
	"github.com/scalectl/scalectl/pkg/plan"
)

// Options configures Run. The zero value is fit for use.
type Options struct {
	// Parallelism is how many targets are worked on at once; 0 is live.DefaultParallelism.
	Parallelism int
	// Journal receives the journal as JSON lines; nil keeps none. A Sync method, as of an
	// *os.File, is called after every line.
	Journal io.Writer
	// Progress, if set, is told what happens, by one goroutine at a time.
	Progress func(Event)
	// Now is the clock of the journal; nil is time.Now.
	Now func() time.Time
	// Wait pauses, or returns the context's error if that ends first; nil is a timer.
	Wait func(context.Context, time.Duration) error
}

// Result is what became of a plan.
type Result struct {
	// Outcomes holds one outcome per change, in the order of the plan.
	Outcomes []plan.Outcome
	// Failures holds the errors behind the outcomes that are Failed, in the same order, for
	// live.Classify.
	Failures []Failure
	// Calls counts what was asked of AWS during the run, reads included.
	Calls live.Stats
	// Interrupted is set when the context ended before every change was settled.
	Interrupted bool
}

// Failure is the error of a failed change.
type Failure struct {
	Address string
	Err     error
}

// Count returns the number of outcomes with the status.
func (r Result) Count(s plan.Status) int {
	n := 0
	for _, o := range r.Outcomes {
		if o.Status == s {
			n++
		}
	}
	return n
}

// Run carries out the plan. The result tells what became of each change, and is complete
// whenever the error is nil or a *JournalError. Any other error means that nothing was
// begun: the clients lead to another account or region than the plan's (a
// *live.WrongPlaceError), the caller's identity cannot be read, or the plan contradicts
// itself. Changes that failed are no error of Run.
//
// Cancelling ctx asks the run to stop in good order; see the package comment.
func Run(ctx context.Context, clients *live.Clients, p *plan.Plan, opts Options) (Result, error) {
	if p.IsEmpty() {
		return Result{}, nil
	}
	if opts.Parallelism <= 0 {
		opts.Parallelism = live.DefaultParallelism
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Wait == nil {
		opts.Wait = wait
	}
	before := clients.Stats()
	q, err := newQueue(p.Changes)
	if err != nil {
		return Result{}, err
	}
	if _, err := clients.CheckPlace(ctx, p.Account, p.Region); err != nil {
		return Result{}, err
	}
	r := &runner{clients: clients, plan: p, opts: opts, queue: q, journal: newJournal(opts.Journal, opts.Now)}
	if err := r.journal.begin(p); err != nil {
		return Result{}, err
	}
	inner, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r.stop = stop
	defer context.AfterFunc(inner, func() { q.stop(context.Cause(inner)) })()

	var workers sync.WaitGroup
	for range min(opts.Parallelism, len(q.sequences)) {
		workers.Go(func() { r.work(inner) })
	}
	workers.Wait()

	result := Result{Outcomes: q.outcomes, Calls: clients.Stats().Since(before)}
	for i, err := range q.errs {
		if q.outcomes[i].Status == plan.Failed {
			result.Failures = append(result.Failures, Failure{Address: q.outcomes[i].Address, Err: err})
		}
	}
	result.Interrupted = ctx.Err() != nil && q.cut
	r.journal.end(result)
	return result, r.journal.failure()
}

// runner is one Run under way.
type runner struct {
	clients *live.Clients
	plan    *plan.Plan
	opts    Options
	queue   *queue
	journal *journal
	stop    context.CancelCauseFunc

	mu sync.Mutex // serializes Progress
}

// work takes changes from the queue until none is left.
func (r *runner) work(ctx context.Context) {
	for {
		t, ok := r.queue.take(func(o plan.Outcome) { r.finished(o) })
		if !ok {
			return
		}
		ctx := ctx
		if t.unstoppable {
			ctx = context.WithoutCancel(ctx)
		}
		c := &r.plan.Changes[t.index]
		r.emit(Event{Kind: Started, Address: c.Address, Action: c.Action})
		outcome, err := r.carryOut(ctx, t.sequence, c)
		r.finished(outcome)
		r.queue.finish(t, outcome, err, func(o plan.Outcome) { r.finished(o) })
	}
}

func (r *runner) finished(o plan.Outcome) {
	r.journal.outcome(o)
	r.emit(Event{Kind: Finished, Address: o.Address, Action: o.Action, Outcome: &o})
}

func (r *runner) emit(e Event) {
	if r.opts.Progress == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.opts.Progress(e)
}

// wait pauses for d.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// reasonFor puts the cause of a stop into words.
func reasonFor(cause error) string {
	if journal := new(JournalError); errors.As(cause, &journal) {
		return fmt.Sprintf("the run was stopped: %v", journal)
	}
	return "the run was interrupted"
}
