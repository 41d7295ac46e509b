// Package docs keeps the documentation true. Its tests run every example in README.md and
// docs/, generate the pages that follow from the program, and compare what the prose says
// about names, numbers and links with the code. It holds no code of its own.
//
// `go test ./internal/docs -update` rewrites what is generated or printed by a program.
// Look at the difference before committing it: it is what users will read.
package docs

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// root is the top of the repository.
const root = "../.."

var (
	update = flag.Bool("update", false, "rewrite the pages instead of comparing them")

	// bin is the folder that holds the built program.
	bin string
)

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "docs")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "scalectl"), "./cmd/scalectl")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build scalectl: %v\n%s", err, out)
		return 1
	}
	bin = dir
	return m.Run()
}

// shell runs one command line as a reader would, in a folder, with the built scalectl on
// the PATH, without credentials, and 80 columns wide. previous is what $? is at first.
// stdout and stderr come together, as on a terminal.
func shell(t *testing.T, dir, line string, previous int) (output string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", fmt.Sprintf("(exit %d)\n%s", previous, line))
	cmd.Dir = dir
	cmd.Env = []string{
		"PATH=" + bin + ":/usr/local/bin:/usr/bin:/bin", "HOME=" + dir, "COLUMNS=80", "LC_ALL=C", "TZ=UTC",
		"AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s: %v", line, err)
	}
	return out.String(), cmd.ProcessState.ExitCode()
}

// help returns what `scalectl ARGS --help` prints.
func help(t *testing.T, args ...string) string {
	t.Helper()
	out, code := shell(t, t.TempDir(), "scalectl "+strings.Join(args, " ")+" --help", 0)
	if code != 0 {
		t.Fatalf("scalectl %s --help: exit code %d\n%s", strings.Join(args, " "), code, out)
	}
	return out
}

// pages lists the files of the documentation, README.md first.
func pages(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	return append([]string{filepath.Join(root, "README.md")}, files...)
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// golden compares a page with what it should be, or writes it with -update.
func golden(t *testing.T, file, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(got), want); diff != "" {
		t.Errorf("%s is out of date; run go test ./internal/docs -update (-the page, +the truth):\n%s", filepath.Base(file), diff)
	}
}
