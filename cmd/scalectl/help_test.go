package main

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scalectl/scalectl/pkg/sandbox"
	"github.com/spf13/cobra"
)

// commands lists every command of the tree.
func commands(t *testing.T) []*cobra.Command {
	t.Helper()
	var list []*cobra.Command
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		list = append(list, c)
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk((&app{env: system()}).command())
	if len(list) < 10 {
		t.Fatalf("only %d commands", len(list))
	}
	return list
}

func TestHelpHasOneParagraphAndAnExample(t *testing.T) {
	for _, c := range commands(t) {
		if c.Long == "" || strings.Contains(c.Long, "\n\n") {
			t.Errorf("%s: the help is not one paragraph", c.CommandPath())
		}
		for _, line := range strings.Split(c.Long, "\n") {
			if len(line) > 80 {
				t.Errorf("%s: line of %d columns: %s", c.CommandPath(), len(line), line)
			}
		}
		if len(examples(c)) == 0 {
			t.Errorf("%s: the help has no example", c.CommandPath())
		}
	}
}

func examples(c *cobra.Command) []string {
	var list []string
	for line := range strings.Lines(c.Example) {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

const exampleSpec = `apiVersion: scalectl/v1
stack: help
region: us-east-1
environments:
  prod: {tags: {stage: prod}}
endpoints:
  ranker:
    variants:
      main:
        scaling:
          minCapacity: 1
          maxCapacity: 4
          policies:
            invocations:
              targetTracking:
                predefinedMetric: SageMakerVariantInvocationsPerInstance
                targetValue: 70
`

const exampleSeed = `endpoints:
  ranker:
    variants:
      main: {instanceType: ml.m5.xlarge}
`

// TestHelpExamplesRun runs every example of every help text, in a folder that has the
// files they name and with AWS_ENDPOINT_URL at a served sandbox.
func TestHelpExamplesRun(t *testing.T) {
	for _, c := range commands(t) {
		for _, example := range examples(c) {
			t.Run(example, func(t *testing.T) {
				dir := exampleFolder(t)
				t.Chdir(dir)
				args, stdoutFile := exampleWords(t, example)
				code, stdout, stderr := runExample(t, args)
				wantCode := exitDone
				switch {
				case strings.Contains(example, "--detailed-exitcode"), strings.HasPrefix(example, "scalectl drift "):
					wantCode = exitChanges
				case example == "scalectl apply -f fleet.yaml":
					wantCode = exitUnconfirmed // no terminal in a test
				}
				if code != wantCode {
					t.Fatalf("exit code %d, want %d\n%s%s", code, wantCode, stdout, stderr)
				}
				if stdoutFile != "" && stdout == "" {
					t.Errorf("nothing to write to %s", stdoutFile)
				}
			})
		}
	}
}

// exampleWords splits a line as a shell would, as far as the examples need it.
func exampleWords(t *testing.T, line string) (args []string, stdoutFile string) {
	t.Helper()
	line, stdoutFile, _ = strings.Cut(line, " > ")
	for _, w := range strings.Fields(line) {
		args = append(args, strings.Trim(w, "'"))
	}
	if args[0] != "scalectl" {
		t.Fatalf("the example does not run scalectl")
	}
	return args[1:], stdoutFile
}

// exampleFolder has everything that examples name: specs, a seed, a saved plan, and an AWS.
func exampleFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"fleet.yaml": exampleSpec, "specs/fleet.yaml": exampleSpec, "seed.yaml": exampleSeed} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	srv, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := srv.Seed("us-east-1", []byte(exampleSeed)); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(srv)
	t.Cleanup(web.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": web.URL, "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
	plan := filepath.Join(dir, "plan.json")
	if code, stdout, stderr := runExample(t, []string{"plan", "-f", filepath.Join(dir, "fleet.yaml"), "--out", plan}); code != exitDone {
		t.Fatalf("save a plan: exit code %d\n%s%s", code, stdout, stderr)
	}
	return dir
}

// runExample runs one command line in this process. A server is stopped as soon as it has
// said where it listens.
func runExample(t *testing.T, args []string) (exitCode, string, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	serving := len(args) > 1 && args[1] == "serve"
	if serving {
		for i, a := range args {
			if strings.HasPrefix(a, "127.0.0.1:") {
				args[i] = "127.0.0.1:0" // the example's port may be in use here
			}
		}
	}
	stdout := &watched{}
	if serving {
		stdout.first = cancel
	}
	var stderr bytes.Buffer
	env := system()
	env.interrupts = nil
	env.exit = func(code int) { t.Errorf("the process would have ended with %d", code) }
	code := run(ctx, args, strings.NewReader(""), stdout, &stderr, env)
	return code, stdout.String(), stderr.String()
}

// watched calls first at the first write.
type watched struct {
	mu    sync.Mutex
	text  bytes.Buffer
	first func()
}

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.first != nil {
		w.first()
		w.first = nil
	}
	return w.text.Write(p)
}

func (w *watched) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}
