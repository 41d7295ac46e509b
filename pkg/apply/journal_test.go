package apply_test

import (
	"bytes"
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scalectl/scalectl/pkg/apply"
	"github.com/scalectl/scalectl/pkg/plan"
	"github.com/scalectl/scalectl/pkg/sandbox"
)

var arnOf = regexp.MustCompile(`arn:aws:[^"]*`)

// journalBuffer is a journal in memory that counts its syncs and can fail at a line.
type journalBuffer struct {
	mu sync.Mutex
	bytes.Buffer
	unsynced bool
	failAt   int // line, from 1
	inSync   bool
	lines    int
}

var errFull = errors.New("no space left on device")

func (j *journalBuffer) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.unsynced {
		return 0, errors.New("the line before was not synced")
	}
	if j.lines++; j.lines == j.failAt && !j.inSync {
		return 0, errFull
	}
	j.unsynced = true
	return j.Buffer.Write(p)
}

func (j *journalBuffer) Sync() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.unsynced = false
	if j.lines == j.failAt && j.inSync {
		return errFull
	}
	return nil
}

func TestJournal(t *testing.T) {
	w := newWorld(t, full("a"))
	p := w.plan()
	w.inject(sandbox.Fault{Operation: "PutScalingPolicy", Effect: sandbox.EffectThrottle},
		sandbox.Fault{Operation: "PutMetricAlarm", Effect: sandbox.EffectError, Code: "ValidationError", Message: "no", Times: -1})
	var journal journalBuffer
	opts := options()
	opts.Journal = &journal
	w.run(p, opts)
	got := lines(t, journal.Bytes())
	checkPaired(t, got)
	var short []string
	for i, line := range got {
		if line.Seq != i+1 || !line.Time.Equal(start) {
			t.Errorf("line %d has seq %d and time %s", i+1, line.Seq, line.Time)
		}
		text := []string{line.Type, strings.ReplaceAll(line.Address, "endpoint/a/variant/v", "@"), line.Operation, line.Status, line.Code}
		short = append(short, strings.Join(slices.DeleteFunc(text, func(s string) bool { return s == "" }), " "))
	}
	const register, put, alarm = "application-autoscaling:RegisterScalableTarget", "application-autoscaling:PutScalingPolicy", "cloudwatch:PutMetricAlarm"
	want := []string{
		"begin",
		"call @ " + register, "result @ " + register + " ok", "outcome @ done",
		"call @/policy/step " + put, "result @/policy/step " + put + " refused ThrottlingException",
		"call @/policy/step " + put, "result @/policy/step " + put + " ok", "outcome @/policy/step done",
		"call @/policy/track " + put, "result @/policy/track " + put + " ok", "outcome @/policy/track done",
		"call alarm/scalectl/s/@/policy/step " + alarm, "result alarm/scalectl/s/@/policy/step " + alarm + " refused ValidationError",
		"outcome alarm/scalectl/s/@/policy/step failed",
		"outcome @/schedule/night not-started",
		"end",
	}
	if diff := cmp.Diff(want, short); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	begin, result, end := got[0], got[2], got[len(got)-1]
	if begin.Digest != p.Digest || begin.Stack != "s" || begin.Account != "123456789012" || begin.Region != region || begin.Changes[plan.Create] != 5 {
		t.Errorf("begin: %+v", begin)
	}
	if result.RequestID == "" || result.HTTPStatus != 200 || result.Call != 2 || result.Attempt != 1 {
		t.Errorf("result: %+v", result)
	}
	if diff := cmp.Diff(map[plan.Status]int{plan.Done: 3, plan.Failed: 1, plan.NotStarted: 1}, end.Counts); diff != "" {
		t.Errorf("end: -want +got\n%s", diff)
	}
	const request = `{"MaxCapacity":4,"MinCapacity":1,"ResourceId":"endpoint/a/variant/v","ScalableDimension":"sagemaker:variant:DesiredInstanceCount",` +
		`"ServiceNamespace":"sagemaker","SuspendedState":{"DynamicScalingInSuspended":false,"DynamicScalingOutSuspended":false,"ScheduledScalingSuspended":false},` +
		`"Tags":{"scalectl:stack":"s","team":"ml"}}`
	if diff := cmp.Diff(request, string(got[1].Request)); diff != "" {
		t.Errorf("request: -want +got\n%s", diff)
	}
}

// What cannot be written down is not done, at whichever line the disk is full.
func TestJournalFailure(t *testing.T) {
	for _, inSync := range []bool{false, true} {
		for n := 1; ; n++ {
			w := newWorld(t, full("a"), full("b"))
			p := w.plan()
			journal := journalBuffer{failAt: n, inSync: inSync}
			opts := options()
			opts.Journal = &journal
			mark := w.server.Mark()
			r, err := apply.Run(t.Context(), w.clients, p, opts)
			if err == nil {
				if n < 20 {
					t.Fatalf("no failure at line %d", n)
				}
				break
			}
			var failure *apply.JournalError
			if !errors.As(err, &failure) || !errors.Is(err, errFull) {
				t.Fatalf("line %d: error %v", n, err)
			}
			kept := n - 1
			if inSync {
				kept = n
			}
			all := lines(t, journal.Bytes())
			if len(all) != kept {
				t.Errorf("line %d: %d lines, want %d: nothing may be written after a gap", n, len(all), kept)
			}
			written := 0
			for _, line := range all {
				if line.Type == "call" {
					written++
				}
			}
			made := len(w.mutations(mark))
			if made > written || !inSync && made != written {
				t.Errorf("line %d: %d calls made, %d written down", n, made, written)
			}
			if n > 1 {
				w.complete(p, r)
			}
			w.converge()
		}
	}
}

func TestStaleErrorReadsWell(t *testing.T) {
	for _, tc := range []struct {
		err  apply.StaleError
		want string
	}{
		{apply.StaleError{Gone: true}, "it was deleted after the plan was made"},
		{apply.StaleError{Moved: []apply.Moved{{Path: "alarmActions", Planned: []string{"a", "b"}, Now: nil, Wanted: []string{"a", "b"}}}},
			"it changed after the plan was made: alarmActions was [a, b] and is now unset"},
	} {
		if got := tc.err.Error(); got != tc.want {
			t.Errorf("got %q, want %q", got, tc.want)
		}
	}
}
