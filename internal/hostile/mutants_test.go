package hostile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/scalectl/scalectl/pkg/apply"
	"github.com/scalectl/scalectl/pkg/diag"
	"github.com/scalectl/scalectl/pkg/live"
	"github.com/scalectl/scalectl/pkg/plan"
	"github.com/scalectl/scalectl/pkg/render"
	"github.com/scalectl/scalectl/pkg/sandbox"
	"github.com/scalectl/scalectl/pkg/spec"
)

// mayStayValid says why a mutant may be a valid spec all the same; "" means that it may
// not, and then an error on the line of the mistake is due.
func mayStayValid(m *mutant) string {
	path := m.path
	if len(path) > 0 && strings.HasPrefix(path[0], "x-") && m.mutation.shape != broken {
		return "x- keys hold anything"
	}
	patch := len(path) > 2 && path[0] == "environments"
	if patch {
		path = path[2:]
	}
	switch {
	case m.mutation.remove:
		return "an optional key is left out"
	case m.mutation.shape == aliased:
		return "an alias stands for what its anchor holds"
	case m.mutation.shape == unresolved && patch:
		return "an environment that is not selected is not filled in"
	case m.mutation.shape == unresolved:
		return ""
	case m.mutation.schemaKey:
		parent, _, ok := spec.Lookup(strings.Join(path[:max(0, len(path)-1)], "."))
		if len(path) == 1 && strings.HasPrefix(path[0], "x-") {
			return "x- keys hold anything"
		}
		if !ok || len(parent.Keys) == 1 && strings.HasSuffix(parent.Keys[0].Path, "*") {
			return "the user gives this name"
		}
		return ""
	case m.mutation.shape == broken:
		return ""
	}
	doc, _, ok := spec.Lookup(strings.Join(path, "."))
	if !ok {
		return "the grammar has no such place" // below << or a mapping with free contents
	}
	takes := map[string][]shape{
		"mapping":            {mapping, null},
		"list":               {list},
		"whole number":       {whole},
		"number":             {whole, number},
		"true or false":      {boolean},
		"text":               {text},
		"one of a few words": {text},
	}[doc.Type]
	if patch {
		takes = append(takes, null)
	}
	if takes == nil {
		panic("this test does not know the type " + doc.Type)
	}
	if slices.Contains(takes, m.mutation.shape) {
		return "a " + string(m.mutation.shape) + " where " + doc.Type + " belongs"
	}
	return ""
}

// loadMutant loads a mutant and writes its findings in every form.
func loadMutant(t *testing.T, m *mutant) (loaded *spec.Spec, findings diag.List) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("%s: panic: %v\n%s", m, r, cut(m.text))
		}
	}()
	loaded, findings = spec.Load([]spec.Source{{Name: "fleet.yaml", Data: m.text}}, spec.Options{Now: start})
	sources := render.Sources{"fleet.yaml": m.text}
	for name, err := range map[string]error{
		"text":   render.Diagnostics(io.Discard, findings, sources, render.Options{Color: true, Now: start}),
		"json":   render.DiagnosticsJSON(io.Discard, findings, sources),
		"github": render.DiagnosticsGitHub(io.Discard, findings),
		"sarif":  render.DiagnosticsSARIF(io.Discard, findings, sources, nil, "test"),
	} {
		if err != nil {
			t.Errorf("%s: findings as %s: %v", m, name, err)
		}
	}
	return loaded, findings
}

// checkPositions requires that every finding points at something in the file.
func checkPositions(t *testing.T, what fmt.Stringer, data []byte, findings diag.List) {
	t.Helper()
	lines := strings.Split(strings.TrimPrefix(string(data), "\ufeff"), "\n")
	inside := func(p diag.Position) bool {
		if p.Line < 1 || p.Line > len(lines) || p.Column < 1 || p.Length < 0 {
			return false
		}
		// One column behind the end is where something is missing.
		return p.Column <= len(lines[p.Line-1])+1 && p.Column-1+p.Length <= len(lines[p.Line-1])+1
	}
	for _, f := range findings {
		if !inside(f.Position) {
			t.Errorf("%s: %s points outside the file (length %d)", what, f, f.Position.Length)
		}
		for _, r := range f.Related {
			if !inside(r.Position) {
				t.Errorf("%s: %s relates to %v, outside the file", what, f, r.Position)
			}
		}
		if f.Message == "" || f.Rule == "" {
			t.Errorf("%s: a finding without message or rule: %+v", what, f)
		}
	}
}

// TestMutants mutates every example at every node. A mutant is either valid, for a reason
// that mayStayValid knows, or has an error on the line of the mistake.
func TestMutants(t *testing.T) {
	t.Parallel()
	const least = 20_000
	sum := tally{valid: map[string]int{}, byKind: map[string]int{},
		world: newInProcess(t, "../../examples/sandbox/seed.yaml", "testdata/seed.yaml")}
	for _, file := range specs(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			for i, m := range mutants(t, file) {
				if testing.Short() && i%20 != 0 {
					continue
				}
				sum.add(t, m)
			}
		})
	}
	t.Logf("%d mutants: %d invalid with a diagnostic inside the file, %d still valid", sum.made, sum.invalid, sum.made-sum.invalid)
	for _, why := range slices.Sorted(maps.Keys(sum.valid)) {
		t.Logf("%6d valid: %s", sum.valid[why], why)
	}
	for _, kind := range slices.Sorted(maps.Keys(sum.byKind)) {
		t.Logf("%6d valid after %q", sum.byKind[kind], kind)
	}
	t.Logf("%6d valid and applied, %d valid and not fit for the live endpoints", sum.applied, sum.unfit)
	t.Logf("%6d reported at another line: an anchor shares the value", sum.elsewhere)
	if sum.made < least && !testing.Short() {
		t.Errorf("%d mutants, want at least %d", sum.made, least)
	}
	if sum.invalid < sum.made/2 {
		t.Errorf("only %d of %d mutants are invalid: the mutations are too kind", sum.invalid, sum.made)
	}
}

// tally counts what became of mutants.
type tally struct {
	made, invalid int
	valid         map[string]int // by why
	byKind        map[string]int // valid, by mutation
	elsewhere     int            // invalid, but the mistake is reported on another line
	// Of the valid: not fit for the live endpoints, and applied until nothing was left.
	unfit, applied int
	world          *inProcess
}

// add loads a mutant, checks what came of it, and counts it.
func (s *tally) add(t *testing.T, m *mutant) {
	t.Helper()
	s.made++
	loaded, findings := loadMutant(t, m)
	checkPositions(t, m, m.text, findings)
	if (loaded == nil) != findings.HasErrors() {
		t.Errorf("%s: spec and findings contradict each other", m)
	}
	why := mayStayValid(m)
	if loaded != nil {
		if why == "" {
			t.Errorf("%s: is valid\n%s", m, cut(m.text))
		}
		s.valid[why]++
		s.byKind[m.mutation.name]++
		s.carryOut(t, m, loaded)
		return
	}
	s.invalid++
	if why != "" || slices.ContainsFunc(findings, func(f diag.Diagnostic) bool {
		return f.Severity == diag.Error && f.Position.Line == m.line
	}) {
		return
	}
	if m.anchored {
		s.elsewhere++
		return
	}
	t.Errorf("%s: no error on the line: %v\n%s", m, findings, cut(m.text))
}

// carryOut plans and applies a valid mutant. What the loader accepts AWS must not refuse
// halfway: either the plan says that it does not fit the live endpoints, or all of it is
// done, and then nothing is left to do.
func (s *tally) carryOut(t *testing.T, m *mutant, loaded *spec.Spec) {
	t.Helper()
	w := s.world
	w.reset(t)
	p, err := w.plan(t, loaded)
	if log, _ := w.server.Mutations(0); len(log) > 0 {
		t.Errorf("%s: planning made %d mutating calls", m, len(log))
	}
	var problems *plan.ProblemsError
	if errors.As(err, &problems) {
		s.unfit++
		return
	}
	if err != nil {
		t.Errorf("%s: plan: %v\n%s", m, err, cut(m.text))
		return
	}
	result, err := apply.Run(t.Context(), w.clients, p, apply.Options{Parallelism: 1, Now: w.server.Now})
	if err != nil {
		t.Errorf("%s: apply: %v\n%s", m, err, cut(m.text))
		return
	}
	for _, f := range result.Failures {
		t.Errorf("%s: valid, and yet refused: %s: %v\n%s", m, f.Address, f.Err, cut(m.text))
		return
	}
	again, err := w.plan(t, loaded)
	if err != nil || !again.IsEmpty() {
		t.Errorf("%s: planned again: %v, %+v\n%s", m, err, again, cut(m.text))
		return
	}
	s.applied++
}

// inProcess is a sandbox in memory and a client of it.
type inProcess struct {
	server  *sandbox.Server
	clients *live.Clients
	fresh   []byte
}

func newInProcess(t testing.TB, seeds ...string) *inProcess {
	t.Helper()
	server, err := sandbox.New(sandbox.Options{Start: start})
	if err != nil {
		t.Fatal(err)
	}
	for _, seed := range seeds {
		if err := server.Seed("us-east-1", read(t, seed)); err != nil {
			t.Fatal(err)
		}
	}
	w := &inProcess{server: server, clients: live.NewClients(aws.Config{
		Region:      "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
		HTTPClient:  server.HTTPClient(),
	}, live.ClientOptions{MaxAttempts: 1})}
	if w.fresh, err = server.Snapshot(); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *inProcess) reset(t testing.TB) {
	t.Helper()
	if err := errors.Join(w.server.Restore(w.fresh), w.server.ResetLog()); err != nil {
		t.Fatal(err)
	}
}

func (w *inProcess) plan(t testing.TB, s *spec.Spec) (*plan.Plan, error) {
	t.Helper()
	desired := s.Desired
	desired.Region = "us-east-1" // a mutant of the region is about another sandbox
	observed, err := (&live.Reader{Clients: w.clients}).Read(t.Context(), desired)
	if err != nil {
		return nil, err
	}
	return plan.Build(plan.Input{Desired: desired, Observed: observed, Positions: s.Positions, Now: w.server.Now()})
}

// cut keeps a text short enough for a test log.
func cut(text []byte) []byte {
	if len(text) > 6000 {
		return append(bytes.Clone(text[:6000]), "..."...)
	}
	return text
}

// TestMutantsOfTheProgram gives a sample of the mutants to the program itself. An invalid
// one ends before anything of AWS is touched.
func TestMutantsOfTheProgram(t *testing.T) {
	t.Parallel()
	every := 120
	if testing.Short() {
		every = 400
	}
	w := newWorld(t, "../../examples/sandbox/seed.yaml")
	state := w.snapshot()
	file := filepath.Join(t.TempDir(), "fleet.yaml")
	n, invalid := 0, 0
	for _, example := range specs(t) {
		for _, m := range mutants(t, example) {
			if n++; n%every != 0 {
				continue
			}
			loaded, findings := loadMutant(t, m)
			write(t, file, m.text)
			w.restore(state)
			for _, args := range [][]string{{"plan", "-f", file}, applyArgs("-f", file)} {
				r := w.run(args...)
				if loaded != nil {
					continue
				}
				invalid++
				if r.code != exitInvalid || r.stdout != "" {
					t.Errorf("%s %s: exit code %d, stdout %q\n%s", args[0], m, r.code, r.stdout, r.stderr)
				}
				if log := w.log(); len(log) > 0 {
					t.Errorf("%s %s: %d calls to AWS", args[0], m, len(log))
				}
				if !strings.Contains(r.stderr, fmt.Sprintf("%s:%d:", file, findings[0].Position.Line)) {
					t.Errorf("%s %s: stderr lacks the first finding, %s:\n%s", args[0], m, findings[0], r.stderr)
				}
			}
		}
	}
	t.Logf("%d runs of the program on invalid mutants, none of which called AWS", invalid)
	if !testing.Short() && invalid < 400 {
		t.Errorf("only %d runs", invalid)
	}
}
