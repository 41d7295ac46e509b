package hostile

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/scalectl/scalectl/pkg/sandbox"
)

// hindrance is a way in which a read can fail for good.
type hindrance struct {
	name   string
	faults func(service, operation string) sandbox.Faults
	code   int
	says   string // on stderr
}

// A garbled reply counts as AWS being unavailable: live.Classify cannot tell a proxy in
// between from an AWS that is down, and the way out is the same, to try again later.
var hindrances = []hindrance{
	{"denied", func(service, operation string) sandbox.Faults {
		return sandbox.Faults{Deny: []string{service + ":" + operation}}
	}, exitDenied, "AccessDenied"},
	{"throttled for ever", always(sandbox.Fault{Effect: sandbox.EffectThrottle}), exitUnavailable, "Rate exceeded"},
	{"5xx for ever", always(sandbox.Fault{Effect: sandbox.EffectServerError}), exitUnavailable, "internal service error"},
	{"503 for ever", always(sandbox.Fault{Effect: sandbox.EffectServerError, Status: 503}), exitUnavailable, "internal service error"},
	{"garbled", always(sandbox.Fault{Effect: sandbox.EffectGarbled}), exitUnavailable, "deserialization failed"},
	{"reset for ever", always(sandbox.Fault{Effect: sandbox.EffectReset}), exitUnavailable, "connection reset"},
	{"expired credentials", always(sandbox.Fault{Effect: sandbox.EffectError, Code: "ExpiredTokenException", Message: "The security token included in the request is expired"}), exitDenied, "expired"},
}

// always is a fault on every call of an operation.
func always(f sandbox.Fault) func(service, operation string) sandbox.Faults {
	return func(service, operation string) sandbox.Faults {
		f.Service, f.Operation, f.Times = service, operation, -1
		return sandbox.Faults{Rules: []sandbox.Fault{f}}
	}
}

// readsOf lists the reads of a log, each operation once, with the resources it was about.
func readsOf(log []sandbox.Entry) (operations []string, resources map[string][]string) {
	resources = map[string][]string{}
	for _, e := range log {
		if !e.Mutating {
			name := e.Service + ":" + e.Operation
			resources[name] = append(resources[name], e.Resource)
			operations = append(operations, name)
		}
	}
	slices.Sort(operations)
	return slices.Compact(operations), resources
}

// TestUnreadableAWS takes every read that a plan makes away in every way: there is no plan
// then, on stdout or in a file, nothing is written to AWS, and stderr says what could not
// be read. The reads come from the log of a plan, so that a new one is covered by itself.
func TestUnreadableAWS(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "testdata/seed.yaml")
	w.mustApply("testdata/before.yaml")
	state := w.snapshot()
	w.restore(state)
	if r := w.run("plan", "-f", "testdata/everything.yaml", "--detailed-exitcode"); r.code != 2 {
		t.Fatalf("the plan that nothing hinders: exit code %d, want changes\n%s", r.code, r.stderr)
	}
	operations, resources := readsOf(w.log())
	if len(operations) < 10 {
		t.Fatalf("a plan over everything makes only these reads: %v", operations)
	}
	runs := 0
	out := filepath.Join(t.TempDir(), "plan.json")
	journal := filepath.Join(t.TempDir(), "journal.jsonl")
	for _, operation := range operations {
		service, name, _ := strings.Cut(operation, ":")
		for i, h := range hindrances {
			if testing.Short() && i%4 != 0 {
				continue
			}
			for _, command := range [][]string{
				{"plan", "-f", "testdata/everything.yaml", "--out", out, "-o", "json"},
				applyArgs("-f", "testdata/everything.yaml", "--journal", journal),
			} {
				runs++
				w.restore(state)
				w.inject(h.faults(service, name))
				r := w.run(command...)
				what := fmt.Sprintf("%s, %s %s", command[0], operation, h.name)
				if r.code != h.code {
					t.Errorf("%s: exit code %d, want %d\n%s", what, r.code, h.code, r.stderr)
				}
				if r.stdout != "" {
					t.Errorf("%s: something on stdout:\n%s", what, r.stdout)
				}
				if _, err := os.Stat(out); err == nil {
					t.Errorf("%s: a plan file was written", what)
				}
				if lines, err := os.ReadFile(journal); err == nil && len(lines) > 0 {
					t.Errorf("%s: the journal of a run that did not begin:\n%s", what, lines)
				}
				if calls := w.mutations(); len(calls) > 0 {
					t.Errorf("%s: %d mutating calls, first %s", what, len(calls), calls[0].Operation)
				}
				checkSaysWhat(t, what, r.stderr, h.says, name, resources[operation])
			}
		}
	}
	t.Logf("%d reads of a plan x %d hindrances x plan and apply: %d runs", len(operations), len(hindrances), runs)
	if runs < 10*len(hindrances)*2 && !testing.Short() {
		t.Errorf("only %d runs", runs)
	}
}

// checkSaysWhat requires that a message names the operation, the cause, and one of the
// resources if the operation is about any.
func checkSaysWhat(t *testing.T, what, stderr, says, operation string, resources []string) {
	t.Helper()
	if !strings.Contains(stderr, says) {
		t.Errorf("%s: stderr does not say %q:\n%s", what, says, stderr)
	}
	if words := firstWords(operation); !strings.Contains(stderr, words) {
		t.Errorf("%s: stderr does not name the operation, %q:\n%s", what, words, stderr)
	}
	if slices.Contains(resources, "") {
		return
	}
	for _, resource := range resources {
		// An ARN ends in an id that nobody knows; the message has the address instead.
		name := resource[strings.LastIndexByte(resource, '/')+1:]
		if strings.Contains(stderr, name) || strings.HasPrefix(resource, "arn:") && strings.Contains(stderr, "list tags of ") {
			return
		}
	}
	t.Errorf("%s: stderr names none of %v:\n%s", what, resources, stderr)
}

// firstWords are the first two words of an operation as messages write them: "describe
// endpoint" for DescribeEndpointConfig.
func firstWords(operation string) string {
	var b strings.Builder
	words := 0
	for _, r := range operation {
		if unicode.IsUpper(r) {
			if words++; words == 3 {
				break
			}
			if words == 2 {
				b.WriteByte(' ')
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// TestWrongPlace: a spec that is meant for another account or region ends the run before
// any call but the question who is calling.
func TestWrongPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "testdata/seed.yaml")
	elsewhere := write(t, filepath.Join(t.TempDir(), "elsewhere.yaml"),
		[]byte(strings.Replace(string(read(t, "testdata/everything.yaml")), "123456789012", "999999999999", 1)))
	for _, tt := range []struct {
		why   string
		args  []string
		says  string
		calls int
	}{
		{"another account", []string{"-f", elsewhere}, "999999999999", 1},
		{"another region", []string{"-f", "testdata/everything.yaml", "--region", "eu-west-1"}, "eu-west-1", 0},
	} {
		for _, command := range [][]string{append([]string{"plan"}, tt.args...), applyArgs(tt.args...)} {
			if err := w.server.ResetLog(); err != nil {
				t.Fatal(err)
			}
			r := w.run(command...)
			if r.code != exitDenied || r.stdout != "" || !strings.Contains(r.stderr, tt.says) {
				t.Errorf("%s of %s: exit code %d, stdout %q, stderr %q", command[0], tt.why, r.code, r.stdout, r.stderr)
			}
			if log := w.log(); len(log) != tt.calls || tt.calls == 1 && log[0].Operation != "GetCallerIdentity" {
				t.Errorf("%s of %s made %d calls, want %d", command[0], tt.why, len(log), tt.calls)
			}
		}
	}
}
