// Package hostile gives scalectl what it must survive: input that is no spec, and an AWS
// that cannot be read or refuses to be written.
//
// It holds tests only. Whatever the input, the answer is a diagnostic at the right place
// and no call; whatever AWS does, the answer is either the whole truth or an exit code
// that says what is missing, and never a plan made from half of what is there. Most tests
// run the real program in a process of its own, because exit codes and what stands on
// stdout are part of the promise.
package hostile

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/scalectl/scalectl/pkg/sandbox"
)

// start is the moment at which the clocks of all sandboxes stand: a Sunday.
var start = time.Date(2026, 11, 22, 9, 41, 17, 0, time.UTC)

// program is the path of the scalectl that the tests run.
var program string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "scalectl-hostile-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		program = filepath.Join(dir, "scalectl")
		build := exec.Command("go", "build", "-o", program, "github.com/scalectl/scalectl/cmd/scalectl")
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "build scalectl: %v\n%s", err, out)
			return 1
		}
		return m.Run()
	}())
}

// The exit codes of the contract that these tests meet.
const (
	exitDone        = 0
	exitInvalid     = 3
	exitStale       = 5
	exitDenied      = 6
	exitPartial     = 7
	exitUnavailable = 10
	exitUsage       = 64
)

// result is how a run of the program ended.
type result struct {
	code           int
	stdout, stderr string
}

// runProgram runs the program in a process of its own, with stdin if it is not nil. A run that
// dies of a panic or of a signal fails the test, whatever was expected of it.
func runProgram(t testing.TB, stdin []byte, args ...string) result {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = append(os.Environ(), "AWS_EC2_METADATA_DISABLED=true", "COLUMNS=200", "GOTRACEBACK=single")
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("run %v: %v", args, err)
	}
	r := result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
	if r.code < 0 || strings.Contains(r.stderr, "panic:") || strings.Contains(r.stderr, "fatal error:") || strings.Contains(r.stderr, "bug in scalectl") {
		t.Errorf("scalectl %s: exit code %d\n%s", strings.Join(args, " "), r.code, r.stderr)
	}
	return r
}

// world is a sandbox in a folder, with a clock that stands.
type world struct {
	testing.TB
	dir    string
	server *sandbox.Server
}

// newWorld makes a sandbox that holds the seed.
func newWorld(t testing.TB, seed string) *world {
	t.Helper()
	w := &world{TB: t, dir: t.TempDir()}
	var err error
	if w.server, err = sandbox.New(sandbox.Options{Dir: w.dir, Start: start}); err != nil {
		t.Fatal(err)
	}
	if err := w.server.Seed("us-east-1", read(t, seed)); err != nil {
		t.Fatal(err)
	}
	return w
}

// run runs a command of the program against the sandbox.
func (w *world) run(args ...string) result {
	w.Helper()
	return runProgram(w.TB, nil, append(args, "--sandbox", w.dir)...)
}

// mustApply applies a spec, and consents to everything.
func (w *world) mustApply(file string) {
	w.Helper()
	if r := w.run(applyArgs("-f", file)...); r.code != exitDone {
		w.Fatalf("apply %s: exit code %d\n%s%s", file, r.code, r.stdout, r.stderr)
	}
}

// applyArgs is an apply that asks nobody.
func applyArgs(more ...string) []string {
	args := []string{"apply", "--auto-approve", "--progress", "none"}
	for _, guard := range []string{"delete", "replace", "adopt", "capacity-cut"} {
		args = append(args, "--allow", guard)
	}
	return append(args, more...)
}

func (w *world) snapshot() []byte {
	w.Helper()
	state, err := w.server.Snapshot()
	if err != nil {
		w.Fatal(err)
	}
	return state
}

// restore goes back to a state, without faults and with an empty call log.
func (w *world) restore(state []byte) {
	w.Helper()
	if err := errors.Join(w.server.ClearFaults(), w.server.Restore(state), w.server.ResetLog()); err != nil {
		w.Fatal(err)
	}
}

func (w *world) inject(faults sandbox.Faults) {
	w.Helper()
	if err := w.server.SetFaults(faults); err != nil {
		w.Fatal(err)
	}
}

func (w *world) log() []sandbox.Entry {
	w.Helper()
	entries, err := w.server.Log()
	if err != nil {
		w.Fatal(err)
	}
	return entries
}

// mutations are the calls of the log that change something, refused ones included.
func (w *world) mutations() []sandbox.Entry {
	w.Helper()
	entries, err := w.server.Mutations(0)
	if err != nil {
		w.Fatal(err)
	}
	return entries
}

func read(t testing.TB, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func write(t testing.TB, file string, data []byte) string {
	t.Helper()
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// specs are the files that are mutated: the examples and the fleet that uses everything.
func specs(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("../../examples/*.yaml")
	if err != nil || len(files) < 5 {
		t.Fatalf("only %d examples: %v", len(files), err)
	}
	return append(files, "testdata/everything.yaml")
}
