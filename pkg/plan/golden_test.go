package plan_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/scalectl/scalectl/pkg/model"
	"github.com/scalectl/scalectl/pkg/plan"
	"github.com/scalectl/scalectl/pkg/render"
	"github.com/scalectl/scalectl/pkg/spec"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestGolden plans from one spec to another and compares the plan, as text and as JSON,
// with testdata/plan/*.txtar:
//
//	live.yaml   the spec that was applied last; without it nothing is live
//	setting     what happened since, one thing a line (see setting)
//	want.yaml   the spec to plan for
//	plan.txt    the plan as text
//	plan.json   the plan as a file
//
// Each plan is then carried out on an account that enforces AWS's rules, and planned again.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("../../testdata/plan/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			c := newCase(t, archive)
			p, err := plan.Build(c.in)
			if err != nil {
				t.Fatal(err)
			}
			var text bytes.Buffer
			opts := render.Options{Now: c.in.Now, Command: []string{"scalectl", "apply", "-f", "want.yaml"}}
			if err := render.Plan(&text, p, opts); err != nil {
				t.Fatal(err)
			}
			data, err := plan.Encode(p)
			if err != nil {
				t.Fatal(err)
			}
			c.golden(t, "plan.txt", text.Bytes())
			c.golden(t, "plan.json", data)
			if *update {
				if err := os.WriteFile(file, txtar.Format(archive), 0o666); err != nil {
					t.Fatal(err)
				}
			}

			decoded, err := plan.Decode(data)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.account.Run(decoded); err != nil {
				t.Fatal(err)
			}
			c.in.Observed = c.account.Observed()
			again, err := plan.Build(c.in)
			if err != nil {
				t.Fatal(err)
			}
			if !again.IsEmpty() {
				t.Errorf("a second plan has %d changes, first %s", len(again.Changes), again.Changes[0].Address)
			}
		})
	}
}

// goldenCase is one file on its way to a plan.
type goldenCase struct {
	archive *txtar.Archive
	account *plan.Account
	in      plan.Input
}

func newCase(t *testing.T, archive *txtar.Archive) *goldenCase {
	c := &goldenCase{archive: archive}
	settings := strings.Fields(string(c.file("environment")))
	environment := ""
	if len(settings) > 0 {
		environment = settings[0]
	}
	var live model.Desired
	if data := c.file("live.yaml"); data != nil {
		live = load(t, "live.yaml", data, environment).Desired
	}
	want := load(t, "want.yaml", c.file("want.yaml"), environment)

	applied := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) // a Friday
	c.account = plan.NewAccount(applied, live, want.Desired)
	first, err := plan.Build(plan.Input{Desired: live, Observed: c.account.Observed(), Now: applied})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.account.Run(first); err != nil {
		t.Fatal(err)
	}
	c.in = plan.Input{Desired: want.Desired, Positions: want.Positions, Environment: want.Environment, Now: applied.AddDate(0, 0, 2)}
	for line := range strings.Lines(string(c.file("setting"))) {
		if words := strings.Fields(line); len(words) > 0 && !c.setting(words) {
			t.Fatalf("setting %q", line)
		}
	}
	c.account.At(c.in.Now)
	c.in.Observed = c.account.Observed()
	return c
}

// setting carries out one line of the file of that name: "now TIME", "bounds ADDRESS MIN
// MAX" for what a schedule or a hand did, "capacity ADDRESS N", "unmark ADDRESS" for a
// target that was made by hand, "target GLOB" and "exclude GLOB" for a partial plan.
func (c *goldenCase) setting(words []string) bool {
	numbers := make([]int32, len(words))
	for i, w := range words {
		n, _ := strconv.ParseInt(w, 10, 32)
		numbers[i] = int32(n)
	}
	if words[0] == "target" || words[0] == "exclude" {
		if c.in.Selection == nil {
			c.in.Selection = &plan.Selection{}
		}
	}
	switch {
	case words[0] == "now" && len(words) == 2:
		now, err := time.Parse(time.RFC3339, words[1])
		c.in.Now = now
		return err == nil
	case words[0] == "bounds" && len(words) == 4:
		return c.account.SetBounds(words[1], numbers[2], numbers[3])
	case words[0] == "capacity" && len(words) == 3:
		return c.account.SetCapacity(words[1], numbers[2])
	case words[0] == "unmark" && len(words) == 2:
		return c.account.Unmark(words[1])
	case words[0] == "target" && len(words) == 2:
		c.in.Selection.Targets = append(c.in.Selection.Targets, words[1])
		return true
	case words[0] == "exclude" && len(words) == 2:
		c.in.Selection.Excludes = append(c.in.Selection.Excludes, words[1])
		return true
	}
	return false
}

func (c *goldenCase) file(name string) []byte {
	for _, f := range c.archive.Files {
		if f.Name == name {
			return f.Data
		}
	}
	return nil
}

// golden compares got with a file of the archive, or puts it there.
func (c *goldenCase) golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if !*update {
		if diff := cmp.Diff(string(c.file(name)), string(got)); diff != "" {
			t.Errorf("%s differs; -update rewrites it\n%s", name, diff)
		}
		return
	}
	for i := range c.archive.Files {
		if c.archive.Files[i].Name == name {
			c.archive.Files[i].Data = got
			return
		}
	}
	c.archive.Files = append(c.archive.Files, txtar.File{Name: name, Data: got})
}

func load(t *testing.T, name string, data []byte, environment string) *spec.Spec {
	t.Helper()
	s, list := spec.Load([]spec.Source{{Name: name, Data: data}}, spec.Options{Environment: environment})
	for _, d := range list {
		t.Logf("%s", d.Error())
	}
	if s == nil {
		t.Fatalf("%s is not valid", name)
	}
	return s
}
