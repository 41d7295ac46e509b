package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/scalectl/scalectl/pkg/sandbox"
)

// interrupter is a stderr that cancels as soon as the first change is done, which is what
// Ctrl-C does.
type interrupter struct {
	mu     sync.Mutex
	text   bytes.Buffer
	cancel func()
}

func (w *interrupter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if bytes.Contains(p, []byte("[1/")) {
		w.cancel()
	}
	return w.text.Write(p)
}

func TestInterrupt(t *testing.T) {
	dir := t.TempDir()
	spec, err := filepath.Abs("../../examples/5-async-from-zero.yaml")
	if err != nil {
		t.Fatal(err)
	}
	seed, err := os.ReadFile("../../examples/sandbox/seed.yaml")
	if err != nil {
		t.Fatal(err)
	}
	srv, err := sandbox.New(sandbox.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := srv.Seed("us-east-1", seed); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stderr := &interrupter{cancel: cancel}
	env := system()
	env.interrupts = nil
	journal := filepath.Join(t.TempDir(), "journal.jsonl")
	args := []string{"apply", "-f", spec, "--sandbox", dir, "--auto-approve", "--progress", "plain", "--journal", journal}

	var stdout bytes.Buffer
	code := run(ctx, args, strings.NewReader(""), &stdout, stderr, env)
	if code != exitInterrupted {
		t.Fatalf("exit code %d, want %d\n%s", code, exitInterrupted, stderr.text.String())
	}
	for _, want := range []string{"not started", "The run was interrupted", "Apply: 1 done"} {
		if !strings.Contains(stderr.text.String(), want) {
			t.Errorf("stderr does not say %q:\n%s", want, stderr.text.String())
		}
	}
	written, err := os.ReadFile(journal)
	if err != nil {
		t.Fatal(err)
	}
	calls := strings.Count(string(written), `"type":"call"`)
	mutations, err := srv.Mutations(0)
	if err != nil {
		t.Fatal(err)
	}
	if calls == 0 || calls != len(mutations) || !strings.Contains(string(written), `"interrupted":true`) {
		t.Errorf("the journal has %d calls, AWS saw %d:\n%s", calls, len(mutations), written)
	}

	if code, _, stderr := runExample(t, args); code != exitDone {
		t.Fatalf("the next run: exit code %d\n%s", code, stderr)
	}
	if code, stdout, stderr := runExample(t, []string{"plan", "-f", spec, "--sandbox", dir}); code != exitDone || !strings.Contains(stdout, "No changes") {
		t.Fatalf("the plan after that: exit code %d\n%s%s", code, stdout, stderr)
	}
}

// TestInterruptible: the first Ctrl-C asks the run to stop, the second one ends it.
func TestInterruptible(t *testing.T) {
	signals := make(chan os.Signal)
	stopped, told, ended := false, make(chan bool, 1), make(chan int, 1)
	a := &app{env: environment{
		interrupts: func() (<-chan os.Signal, func()) { return signals, func() { stopped = true } },
		exit:       func(code int) { ended <- code },
	}}
	ctx, stop := a.interruptible(t.Context(), func() { told <- true })
	if ctx.Err() != nil {
		t.Fatal("stopped before any Ctrl-C")
	}
	signals <- os.Interrupt
	<-ctx.Done()
	<-told
	signals <- os.Interrupt
	if code := <-ended; code != int(exitInterrupted) {
		t.Errorf("the second Ctrl-C ends with %d, want %d", code, exitInterrupted)
	}
	stop()
	if !stopped {
		t.Error("the signals were not given back")
	}
}
