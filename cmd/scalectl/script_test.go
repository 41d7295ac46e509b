package main

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/scalectl/scalectl/pkg/sandbox"
)

var update = flag.Bool("update", false, "rewrite the expected texts in the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"scalectl": main})
}

const scripts = "../../testdata/script"

// TestScript runs testdata/script/*.txtar with scalectl as the real program in a process
// of its own. Scripts find the examples in examples/.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           scripts,
		UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
				env.Setenv(name, "testing")
			}
			env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			env.Setenv("COLUMNS", "80")
			return os.CopyFS(filepath.Join(env.WorkDir, "examples"), os.DirFS("../../examples"))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":      exits,
			"mutations":  mutations,
			"stand":      stand,
			"crash-each": crashEach,
		},
	})
}

// exits N CMD ARGS... runs a command and asserts its exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits N CMD ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if got := exitOf(ts.Exec(args[1], args[2:]...)); got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// exitOf is the exit code behind an error of ts.Exec, -1 when there is none.
func exitOf(err error) int {
	if err == nil {
		return 0
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return -1
	}
	return exit.ExitCode()
}

// mutations DIR N asserts how many calls that change something, refused ones included, the
// sandbox in DIR has logged since its log was last reset. "some" is any number but 0.
func mutations(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mutations DIR N|some")
	}
	srv, err := sandbox.New(sandbox.Options{Dir: ts.MkAbs(args[0])})
	ts.Check(err)
	entries, err := srv.Mutations(0)
	ts.Check(err)
	if args[1] == "some" && len(entries) > 0 {
		return
	}
	want, err := strconv.Atoi(args[1])
	if err != nil || len(entries) != want {
		for _, e := range entries {
			ts.Logf("%d %s %s %s", e.Seq, e.Operation, e.Resource, e.Error)
		}
		ts.Fatalf("%d mutating calls, want %s", len(entries), args[1])
	}
}

// stand DIR TIME makes the clock of the sandbox stand still at a moment.
func stand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: stand DIR TIME")
	}
	at, err := time.Parse(time.RFC3339, args[1])
	ts.Check(err)
	srv, err := sandbox.New(sandbox.Options{Dir: ts.MkAbs(args[0])})
	ts.Check(err)
	ts.Check(srv.SetTime(at))
	ts.Check(srv.Stand())
}

// crash-each DIR ARGS... runs "scalectl ARGS --sandbox DIR" from the present state of the
// sandbox again and again, killed before and after its first, second, ... mutating call,
// until it is no longer killed. After each kill a second run must end well and leave the
// same objects behind as a run that nobody killed.
func crashEach(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: crash-each DIR ARGS...")
	}
	dir := ts.MkAbs(args[0])
	command := append(args[1:], "--sandbox", dir)
	srv, err := sandbox.New(sandbox.Options{Dir: dir})
	ts.Check(err)
	start, err := srv.Snapshot()
	ts.Check(err)
	ts.Check(ts.Exec("scalectl", command...))
	want := objects(ts, srv)
	kills := 0
	for _, effect := range []sandbox.Effect{sandbox.EffectCrashBefore, sandbox.EffectCrashAfter} {
		for nth := 1; ; nth++ {
			ts.Check(srv.Restore(start))
			ts.Check(srv.SetFaults(sandbox.Faults{Rules: []sandbox.Fault{{Mutating: true, Nth: nth, Effect: effect}}}))
			err := ts.Exec("scalectl", command...)
			ts.Check(srv.ClearFaults())
			if err == nil {
				break
			}
			if exitOf(err) != exitCrashed {
				ts.Fatalf("%s at call %d: %v, not a crash", effect, nth, err)
			}
			kills++
			ts.Check(ts.Exec("scalectl", command...))
			if got := objects(ts, srv); got != want {
				ts.Fatalf("%s at call %d: another end state\n%s\nthan without\n%s", effect, nth, got, want)
			}
		}
	}
	if kills < 2 {
		ts.Fatalf("only %d runs were killed: there was nothing to interrupt", kills)
	}
}

// volatile is what differs between two runs with the same end: identifiers and times.
var volatile = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[0-9:.]+Z|"IDs":\d+`)

// objects is the state of a sandbox without what is volatile and without the clock.
func objects(ts *testscript.TestScript, srv *sandbox.Server) string {
	state, err := srv.Snapshot()
	ts.Check(err)
	_, regions, ok := strings.Cut(string(state), `"Regions":`)
	if !ok {
		ts.Fatalf("the sandbox's state has no regions")
	}
	return volatile.ReplaceAllString(regions, "_")
}

// ending is how every script ends: applied again, nothing is sent; planned again, there
// is nothing to do and nothing was sent either.
var ending = regexp.MustCompile(`(?m)
(exec )?scalectl sandbox reset --log-only .*
(exec )?scalectl apply .*
stdout 'No changes'
(exec )?scalectl plan .*
stdout 'No changes'
mutations \S+ 0

*(-- |\z)`)

func TestScriptsEndWithNoChanges(t *testing.T) {
	files, err := filepath.Glob(scripts + "/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !ending.Match(text) {
			t.Errorf("%s does not end by applying and planning again", file)
		}
	}
}
