package apply

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/smithy-go"

	"github.com/scalectl/scalectl/pkg/live"
	"github.com/scalectl/scalectl/pkg/plan"
)

// visibleAfter are the pauses in which a target that this run registered gets time to be
// seen by the calls that follow. AWS says "short" and gives no figure (fact 18); other
// tools wait two minutes.
var visibleAfter = []time.Duration{
	time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 15 * time.Second, 30 * time.Second, 30 * time.Second,
}

// work is one change being carried out.
type work struct {
	*runner
	*sequence
	c *plan.Change

	calls   int  // mutating calls that left the process
	effect  bool // at least one of them was carried out
	unknown bool // at least one may have been
	// file is the seq of the journal's line about the attempt in flight.
	file int
}

// An object is one of the four kinds, with the calls that it takes to carry out a change
// of it.
type object interface {
	// read looks at the live object; the result is empty when there is none.
	read(context.Context) (*plan.Object, error)
	// write makes the calls. It may use what read found.
	write(context.Context) error
}

func (w *work) object() (object, error) {
	switch w.c.Kind {
	case plan.KindTarget:
		return &targetChange{work: w}, nil
	case plan.KindPolicy:
		return &policyChange{work: w}, nil
	case plan.KindAlarm:
		return &alarmChange{work: w}, nil
	case plan.KindScheduledAction:
		return &scheduledChange{work: w}, nil
	}
	return nil, fmt.Errorf("this is a bug in scalectl: no way to carry out a change of kind %q", w.c.Kind)
}

// carryOut looks at the live object, and writes unless that is needless or unsafe.
func (r *runner) carryOut(ctx context.Context, s *sequence, c *plan.Change) (plan.Outcome, error) {
	w := &work{runner: r, sequence: s, c: c}
	obj, err := w.object()
	if err != nil {
		return w.end(plan.Failed, err)
	}
	found, err := obj.read(ctx)
	switch {
	case err != nil && live.Classify(err) == live.Interrupted:
		return w.end(plan.NotStarted, errors.New(reasonFor(context.Cause(ctx))))
	case err != nil:
		return w.end(plan.Failed, err)
	case c.Reached(found):
		return w.end(plan.Done, nil)
	case c.LiveFingerprint(found) != c.Fingerprint:
		return w.end(plan.Stale, stale(c, found))
	}
	err = obj.write(live.WithHook(ctx, w))
	switch {
	case err == nil:
		return w.end(plan.Done, nil)
	case live.Classify(err) == live.Interrupted && !w.effect && !w.unknown:
		return w.end(plan.NotStarted, errors.New(reasonFor(context.Cause(ctx))))
	case w.reachedAfterAll(ctx, obj):
		return w.end(plan.Done, nil)
	}
	return w.end(plan.Failed, err)
}

func (w *work) end(status plan.Status, err error) (plan.Outcome, error) {
	o := plan.Outcome{Address: w.c.Address, Action: w.c.Action, Status: status, Calls: w.calls}
	if err != nil {
		o.Error = err.Error()
	}
	return o, err
}

// reachedAfterAll reads the object once more after a failure. Only a call whose reply was
// lost or unusable can have reached what the change wants.
func (w *work) reachedAfterAll(ctx context.Context, obj object) bool {
	if !w.unknown {
		return false
	}
	found, err := obj.read(ctx)
	if err != nil {
		return false
	}
	wanted := *w.c
	if wanted.Action == plan.Replace {
		// Reached never holds for a replacement, because it cannot tell the new object
		// from an old one that happens to be the same. Here the old one is gone.
		wanted.Action = plan.Update
	}
	return wanted.Reached(found)
}

// step makes one mutating call. Once a call of the change has taken effect, those that
// complete it are no longer stopped by a cancelled context.
//
// The SDK does not repeat a call whose reply it cannot read. Every call here may be
// repeated, so that is done once, and what is left of the change can go on.
func (w *work) step(ctx context.Context, what string, f func(context.Context) error) error {
	waited, repeated := 0, false
	for {
		if w.effect {
			ctx = context.WithoutCancel(ctx)
		}
		err := f(ctx)
		switch {
		case err == nil:
			w.effect = true
			return nil
		case w.registered && waited < len(visibleAfter) && isObjectNotFound(err):
			if err := w.opts.Wait(ctx, visibleAfter[waited]); err != nil {
				return err
			}
			waited++
		case !repeated && isUnreadable(err):
			repeated = true
		default:
			return &live.CallError{What: what + " " + w.c.Address, Err: err}
		}
	}
}

// remove is step for a deletion: what is not there is deleted.
func (w *work) remove(ctx context.Context, what string, f func(context.Context) error) error {
	return w.step(ctx, what, func(ctx context.Context) error {
		err := f(ctx)
		if live.IsNotFound(err) {
			return nil
		}
		return err
	})
}

func isUnreadable(err error) bool {
	var unreadable *smithy.DeserializationError
	return errors.As(err, &unreadable)
}

func isObjectNotFound(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == "ObjectNotFoundException"
}

// Before writes an attempt down before it leaves.
func (w *work) Before(_ context.Context, a live.Attempt) error {
	seq, err := w.journal.call(w.c, a)
	if err != nil {
		w.stop(err)
		return err
	}
	w.file = seq
	if a.Number == 1 {
		w.calls++
	}
	w.emit(Event{Kind: Calling, Address: w.c.Address, Action: w.c.Action, Operation: operation(a), Attempt: a.Number})
	return nil
}

// After writes its result down.
func (w *work) After(_ context.Context, a live.Attempt, reply live.Reply) {
	w.unknown = w.unknown || isUnknown(reply)
	if err := w.journal.result(w.c, a, w.file, reply); err != nil {
		w.stop(err)
	}
	if reply.Err != nil {
		w.emit(Event{Kind: CallFailed, Address: w.c.Address, Action: w.c.Action, Operation: operation(a), Attempt: a.Number,
			Err: reply.Err, Throttled: live.Classify(reply.Err) == live.Throttled})
	}
}
