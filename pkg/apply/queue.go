package apply

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/scalectl/scalectl/pkg/live"
	"github.com/scalectl/scalectl/pkg/model"
	"github.com/scalectl/scalectl/pkg/plan"
)

// queue hands out the changes of a plan in an order that keeps every promise of the
// package comment. With one worker that order is always the same.
type queue struct {
	changes   []plan.Change
	sequences []*sequence
	byAddress map[string][]int

	mu       sync.Mutex
	moved    *sync.Cond
	outcomes []plan.Outcome // Status "" while unsettled
	errs     []error
	open     int   // unsettled changes
	cause    error // why the run stops, nil while it does not
	cut      bool  // a change was not started, or not ended, because of cause
}

// sequence is the changes of one target, or a single change that belongs to none.
type sequence struct {
	indexes []int // into the plan, in order of execution
	next    int
	busy    bool // a worker has indexes[next]
	begun   bool

	// arns holds the policy ARNs learned in this run, by policy name. Only the worker that
	// has the sequence touches it and registered.
	arns map[string]string
	// registered is set once this run has registered the target, which AWS may take a
	// moment to see.
	registered bool
}

// task is a change handed to a worker.
type task struct {
	*sequence
	index int
	// unstoppable marks a change that is carried out although the run was asked to stop.
	unstoppable bool
}

// newQueue sorts the changes into sequences and makes sure that they can all be reached.
func newQueue(changes []plan.Change) (*queue, error) {
	q := &queue{changes: changes, byAddress: map[string][]int{}, open: len(changes),
		outcomes: make([]plan.Outcome, len(changes)), errs: make([]error, len(changes))}
	q.moved = sync.NewCond(&q.mu)
	of := map[model.TargetID]*sequence{}
	for i, c := range changes {
		q.outcomes[i] = plan.Outcome{Address: c.Address, Action: c.Action}
		q.byAddress[c.Address] = append(q.byAddress[c.Address], i)
		s := of[c.Target]
		if s == nil || c.Target == (model.TargetID{}) {
			s = &sequence{arns: map[string]string{}}
			q.sequences = append(q.sequences, s)
			of[c.Target] = s
		}
		s.indexes = append(s.indexes, i)
	}
	for _, s := range q.sequences {
		slices.SortStableFunc(s.indexes, func(a, b int) int { return cmp.Compare(changes[a].Order, changes[b].Order) })
	}
	return q, q.checkReachable()
}

// checkReachable walks the plan as if every change went well. What is left waits for
// itself.
func (q *queue) checkReachable() error {
	done := make([]bool, len(q.changes))
	at := make([]int, len(q.sequences))
	for progress := true; progress; {
		progress = false
		for n, s := range q.sequences {
			for at[n] < len(s.indexes) && q.all(s.indexes[at[n]], func(dep int) bool { return done[dep] }) {
				done[s.indexes[at[n]]] = true
				at[n]++
				progress = true
			}
		}
	}
	if i := slices.Index(done, false); i >= 0 {
		return fmt.Errorf("the plan contradicts itself: %s waits for %v, which waits for it in turn", q.changes[i].Address, q.changes[i].DependsOn)
	}
	return nil
}

// all reports whether ok holds for every change that the given one depends on. An address
// that is not in the plan needs nothing done, or was deselected by the user.
func (q *queue) all(index int, ok func(dep int) bool) bool {
	for _, address := range q.changes[index].DependsOn {
		for _, dep := range q.byAddress[address] {
			if !ok(dep) {
				return false
			}
		}
	}
	return true
}

// stop makes the queue hand out no more changes than have to follow.
func (q *queue) stop(cause error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.cause == nil {
		q.cause = cause
	}
	q.moved.Broadcast()
}

// take waits for a change that can be carried out; ok is false when there will be none.
// settled is told of changes that it found to be never started.
func (q *queue) take(settled func(plan.Outcome)) (t task, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.open > 0 {
		var best *sequence
		unstoppable, dropped := false, false
		for _, s := range q.sequences {
			if s.busy || s.next == len(s.indexes) {
				continue
			}
			i := s.indexes[s.next]
			mustFollow := q.mustFollow(s)
			switch {
			case q.cause != nil && !mustFollow:
				q.cut, dropped = true, true
				q.drop(s, reasonFor(q.cause), settled)
			case !q.all(i, func(dep int) bool { return q.outcomes[dep].Status == "" || q.outcomes[dep].Status == plan.Done }):
				dropped = true
				q.drop(s, "what it depends on was not done", settled)
			case !q.all(i, func(dep int) bool { return q.outcomes[dep].Status == plan.Done }):
				// wait
			case best == nil || s.begun && !best.begun:
				best, unstoppable = s, mustFollow
			}
		}
		if best != nil {
			best.busy, best.begun = true, true
			return task{best, best.indexes[best.next], unstoppable}, true
		}
		switch {
		case dropped:
			// That may have settled what others wait for: look again.
		case slices.ContainsFunc(q.sequences, func(s *sequence) bool { return s.busy }):
			q.moved.Wait()
		default:
			panic("this is a bug in scalectl: changes are left that nothing can start")
		}
	}
	q.moved.Broadcast()
	return task{}, false
}

// mustFollow reports whether the next change of the sequence is the policy for which the
// change just carried out made room: stopping between the two would leave the target
// without either.
func (q *queue) mustFollow(s *sequence) bool {
	if s.next == 0 {
		return false
	}
	if journal := new(JournalError); errors.As(q.cause, &journal) {
		return false // nothing may leave that cannot be written down
	}
	last, next := q.changes[s.indexes[s.next-1]], q.changes[s.indexes[s.next]]
	return last.Kind == plan.KindPolicy && last.Action == plan.Delete && next.Kind == plan.KindPolicy && next.Action != plan.Delete
}

// finish settles a change. If it did not end well, the rest of its sequence is dropped.
func (q *queue) finish(t task, o plan.Outcome, err error, settled func(plan.Outcome)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.outcomes[t.index], q.errs[t.index] = o, err
	q.open--
	t.busy = false
	t.next++
	if o.Status == plan.NotStarted || live.Classify(err) == live.Interrupted {
		q.cut = true
	}
	if o.Status != plan.Done {
		reason := fmt.Sprintf("%s before it is %s", o.Address, o.Status)
		if o.Status == plan.NotStarted {
			reason = o.Error
		}
		q.drop(t.sequence, reason, settled)
	}
	q.moved.Broadcast()
}

// drop settles the rest of a sequence as not started; the caller holds mu.
func (q *queue) drop(s *sequence, reason string, settled func(plan.Outcome)) {
	for ; s.next < len(s.indexes); s.next++ {
		o := &q.outcomes[s.indexes[s.next]]
		o.Status, o.Error = plan.NotStarted, reason
		q.open--
		settled(*o)
	}
}
