package live

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"golang.org/x/sync/errgroup"

	"github.com/scalectl/scalectl/pkg/model"
)

// DefaultParallelism is how many calls a Reader has under way at once. The services admit
// a few to a few dozen calls a second (facts 112, 222).
const DefaultParallelism = 8

// Subject is what a Reader is reading, for progress.
type Subject string

// The subjects, in the order in which they begin.
const (
	ReadingIdentity        Subject = "caller identity"
	ReadingTargets         Subject = "scalable targets"
	ReadingTargetTags      Subject = "tags of scalable targets"
	ReadingEndpoints       Subject = "endpoints"
	ReadingEndpointConfigs Subject = "endpoint configs"
	ReadingComponents      Subject = "inference components"
	ReadingAlarms          Subject = "alarms"
	ReadingPolicies        Subject = "scaling policies"
	ReadingSchedules       Subject = "scheduled actions"
	ReadingAlarmTags       Subject = "tags of alarms"
)

// Progress tells how far one subject is. Total is 0 while it is not known.
type Progress struct {
	Subject     Subject
	Done, Total int
}

// Reader reads a fleet.
type Reader struct {
	Clients *Clients
	// Parallelism is the number of calls under way at once; 0 is DefaultParallelism.
	Parallelism int
	// Progress, if set, is called after every call, by one goroutine at a time.
	Progress func(Progress)
	// Now is the clock behind Observed.ReadAt; nil is time.Now.
	Now func() time.Time
}

// Read reads everything that a plan for the desired state is made from: the account; every
// scalable target of the sagemaker namespace with its tags; the policies and scheduled
// actions of those targets that the spec names or that carry the stack's tag; the alarms
// that the spec names, that bear the stack's prefix or that those policies list; and the
// endpoints and inference components of the spec.
//
// When the spec pins an account or a region and the clients lead elsewhere, the error is a
// *WrongPlaceError and no call but GetCallerIdentity was made. What does not exist is
// absent from the result. Any other failure is returned, because a plan made from a
// half-read fleet would delete what it could not see.
func (r *Reader) Read(ctx context.Context, desired model.Desired) (model.Observed, error) {
	run := r.start()
	account, err := run.identity(ctx, desired.Account, desired.Region)
	if err != nil {
		return model.Observed{}, err
	}
	now := time.Now
	if r.Now != nil {
		now = r.Now
	}
	observed := model.Observed{Account: account, Region: r.Clients.Region, ReadAt: now().UTC()}

	var alarms alarmSet
	group, gctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		observed.Targets, err = run.readScaling(gctx, desired)
		return err
	})
	group.Go(func() (err error) {
		observed.Endpoints, err = run.readEndpoints(gctx, endpointNames(desired))
		return err
	})
	group.Go(func() (err error) {
		observed.Components, err = run.readComponents(gctx, componentNames(desired))
		return err
	})
	group.Go(func() (err error) {
		alarms, err = run.alarmsByPrefix(gctx, AlarmPrefix(desired.Stack))
		return err
	})
	if err := group.Wait(); err != nil {
		return model.Observed{}, err
	}
	observed.Alarms, err = run.readAlarms(ctx, alarms, AlarmPrefix(desired.Stack), alarmNames(desired, observed.Targets))
	if err != nil {
		return model.Observed{}, err
	}
	return observed, nil
}

// AlarmPrefix is what the names of all alarms of a stack begin with, unless the spec names
// them itself. Orphans are found by it.
func AlarmPrefix(stack string) string { return "scalectl/" + stack + "/" }

// CheckPlace returns the account that the clients reach, and a *WrongPlaceError if it or
// the region is not the wanted one. An empty wish is none. The region is checked first,
// without a call; a *aws.MissingRegionError says that the settings name none.
func (c *Clients) CheckPlace(ctx context.Context, account, region string) (string, error) {
	if c.Region == "" {
		return "", &aws.MissingRegionError{}
	}
	if region != "" && region != c.Region {
		return "", &WrongPlaceError{What: "region", Want: region, Got: c.Region}
	}
	out, err := c.STS.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return "", failed(err, "get caller identity")
	}
	got := aws.ToString(out.Account)
	if got == "" {
		return "", &IncompleteReplyError{What: "the caller", Member: "Account"}
	}
	if account != "" && account != got {
		return "", &WrongPlaceError{What: "account", Want: account, Got: got}
	}
	return got, nil
}

// reading is one Read under way: the slots that bound its calls, and its progress.
type reading struct {
	clients  *Clients
	slots    chan struct{}
	mu       sync.Mutex
	progress func(Progress)
}

func (r *Reader) start() *reading {
	n := r.Parallelism
	if n <= 0 {
		n = DefaultParallelism
	}
	return &reading{clients: r.Clients, slots: make(chan struct{}, n), progress: r.Progress}
}

// call runs f in one of the slots.
func (r *reading) call(ctx context.Context, f func() error) error {
	select {
	case r.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-r.slots }()
	return f()
}

// each makes n calls, as many at once as there are slots, and reports each.
func (r *reading) each(ctx context.Context, subject Subject, n int, f func(context.Context, int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(cap(r.slots))
	done := 0
	for i := range n {
		group.Go(func() error {
			return r.call(ctx, func() error {
				if err := f(ctx, i); err != nil {
					return err
				}
				r.mu.Lock()
				defer r.mu.Unlock()
				done++
				r.report(subject, done, n)
				return nil
			})
		})
	}
	return group.Wait()
}

// pages follows a list to its end. f asks for the page behind token and returns the next
// token and the number of items.
func (r *reading) pages(ctx context.Context, subject Subject, f func(ctx context.Context, token *string) (next *string, items int, err error)) error {
	var token *string
	total := 0
	for {
		var next *string
		err := r.call(ctx, func() error {
			var items int
			var err error
			next, items, err = f(ctx, token)
			total += items
			return err
		})
		if err != nil {
			return err
		}
		r.mu.Lock()
		r.report(subject, total, 0)
		r.mu.Unlock()
		if aws.ToString(next) == "" {
			return nil
		}
		if token != nil && *token == *next {
			return &IncompleteReplyError{What: string(subject), Member: "page after the one just read, but the same again"}
		}
		token = next
	}
}

// report tells the progress; the caller holds mu.
func (r *reading) report(subject Subject, done, total int) {
	if r.progress != nil {
		r.progress(Progress{Subject: subject, Done: done, Total: total})
	}
}

func (r *reading) identity(ctx context.Context, account, region string) (string, error) {
	got, err := r.clients.CheckPlace(ctx, account, region)
	if err != nil {
		return "", err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report(ReadingIdentity, 1, 1)
	return got, nil
}

func (r *reading) readComponents(ctx context.Context, names []string) (map[string]model.Component, error) {
	found := make([]*model.Component, len(names))
	err := r.each(ctx, ReadingComponents, len(names), func(ctx context.Context, i int) (err error) {
		found[i], err = r.clients.ReadComponent(ctx, names[i])
		return err
	})
	if err != nil {
		return nil, err
	}
	out := map[string]model.Component{}
	for i, c := range found {
		if c != nil {
			out[names[i]] = *c
		}
	}
	return out, nil
}

// endpointNames lists the endpoints that the spec talks about, sorted.
func endpointNames(d model.Desired) []string {
	var names []string
	for _, e := range d.Endpoints {
		names = append(names, e.Name)
	}
	for _, t := range d.Targets {
		names = append(names, t.ID.Endpoint())
	}
	return sortedSet(names)
}

// componentNames lists the inference components that the spec talks about, sorted.
func componentNames(d model.Desired) []string {
	var names []string
	for _, e := range d.Endpoints {
		names = append(names, e.Components...)
	}
	for _, t := range d.Targets {
		names = append(names, t.ID.Component())
	}
	return sortedSet(names)
}

// alarmNames lists the alarms that the spec names or that step policies which matter are
// driven by. Those that target tracking made belong to AWS and are never looked at.
func alarmNames(d model.Desired, targets map[model.TargetID]model.ObservedTarget) []string {
	var names []string
	for _, t := range d.Targets {
		for _, a := range t.Alarms {
			names = append(names, a.Name)
		}
	}
	for _, t := range targets {
		for _, p := range t.Policies {
			if p.StepScaling != nil {
				names = append(names, p.AlarmNames...)
			}
		}
	}
	names = slices.DeleteFunc(names, func(name string) bool { return strings.HasPrefix(name, "TargetTracking-") })
	return sortedSet(names)
}

// sortedSet sorts names and drops duplicates and the empty name.
func sortedSet(names []string) []string {
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) > 0 && names[0] == "" {
		names = names[1:]
	}
	return names
}
