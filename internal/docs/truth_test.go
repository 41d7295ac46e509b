package docs

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/scalectl/scalectl/pkg/plan"
	"github.com/scalectl/scalectl/pkg/sandbox"
)

var readme = filepath.Join(root, "README.md")

// TestExitCodes: the table of README.md has the codes of cmd/scalectl/exit.go.
func TestExitCodes(t *testing.T) {
	tree, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, "cmd/scalectl/exit.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	ast.Inspect(tree, func(n ast.Node) bool {
		s, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := s.Type.(*ast.Ident); ok && kind.Name == "exitCode" && len(s.Values) == 1 {
			want = append(want, s.Values[0].(*ast.BasicLit).Value)
		}
		return true
	})
	_, table, ok := strings.Cut(read(t, readme), "## Exit codes\n")
	if !ok {
		t.Fatal("README.md has no exit codes")
	}
	table, _, _ = strings.Cut(table, "\n## ")
	var got []string
	for _, m := range regexp.MustCompile(`(?m)^\| (\d+) \|`).FindAllStringSubmatch(table, -1) {
		got = append(got, m[1])
	}
	if diff := cmp.Diff(got, want); diff != "" || len(want) == 0 {
		t.Errorf("exit codes (-README.md, +exit.go):\n%s", diff)
	}
}

// TestLinks: relative links lead to a file that is there and to a heading that it has.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	code := regexp.MustCompile("`[^`\n]*`") // a regular expression may look like a link
	for _, file := range pages(t) {
		base := filepath.Base(file)
		for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(prose(t, file, read(t, file)), "``"), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			path, heading, _ := strings.Cut(m[1], "#")
			target := file
			if path != "" {
				target = filepath.Join(filepath.Dir(file), filepath.FromSlash(path))
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: link %s: %v", base, m[1], errors.Unwrap(err))
				continue
			}
			if heading != "" && !slices.Contains(headings(t, target), heading) {
				t.Errorf("%s: link %s: there is no such heading", base, m[1])
			}
		}
	}
}

// headings lists the anchors of a page as GitHub makes them.
func headings(t *testing.T, file string) []string {
	t.Helper()
	var list []string
	for _, m := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(prose(t, file, read(t, file)), -1) {
		anchor := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(m[1]), "")
		list = append(list, strings.ReplaceAll(anchor, " ", "-"))
	}
	return list
}

// TestEveryPageIsLinked: README.md leads to every page.
func TestEveryPageIsLinked(t *testing.T) {
	text := read(t, readme)
	for _, file := range pages(t)[1:] {
		if !strings.Contains(text, "(docs/"+filepath.Base(file)) {
			t.Errorf("README.md does not lead to docs/%s", filepath.Base(file))
		}
	}
}

// TestTwoCommands: the first fence of README.md holds exactly the two commands that a
// fresh machine needs.
func TestTwoCommands(t *testing.T) {
	first := fences(t, readme, read(t, readme))[0]
	var got []string
	for _, line := range first.Body {
		command, _, _ := strings.Cut(line, "#")
		got = append(got, strings.TrimSpace(command))
	}
	if diff := cmp.Diff(got, []string{"make demo", "make test"}); diff != "" || first.Line > 30 {
		t.Errorf("README.md, line %d:\n%s", first.Line, diff)
	}
}

// TestNamesInPages: the pages that list the names of something list all of them.
func TestNamesInPages(t *testing.T) {
	var guards, actions, outcomes, effects []string
	for _, g := range plan.GuardNames() {
		guards = append(guards, string(g))
	}
	for _, a := range []plan.Action{plan.Create, plan.Update, plan.Replace, plan.Adopt, plan.Delete} {
		actions = append(actions, string(a))
	}
	for _, s := range []plan.Status{plan.Done, plan.Failed, plan.Stale, plan.NotStarted} {
		outcomes = append(outcomes, string(s))
	}
	for _, e := range []sandbox.Effect{
		sandbox.EffectError, sandbox.EffectThrottle, sandbox.EffectThrottleAll, sandbox.EffectServerError,
		sandbox.EffectReset, sandbox.EffectLostReply, sandbox.EffectLostReply5xx, sandbox.EffectGarbled,
		sandbox.EffectDelay, sandbox.EffectCrashBefore, sandbox.EffectCrashAfter,
	} {
		effects = append(effects, string(e))
	}
	var liveRules []string
	for _, r := range plan.LiveRules() {
		liveRules = append(liveRules, r.ID)
	}
	for _, tt := range []struct {
		page, what string
		names      []string
	}{
		{"plan.md", "guard", guards},
		{"plan.md", "action", actions},
		{"plan.md", "outcome", outcomes},
		{"plan.md", "rule", liveRules},
		{"sandbox.md", "effect", effects},
	} {
		text := read(t, filepath.Join(root, "docs", tt.page))
		for _, name := range tt.names {
			if !strings.Contains(text, "| `"+name+"` |") {
				t.Errorf("docs/%s has no row for the %s %s", tt.page, tt.what, name)
			}
		}
	}
}

// TestOperationsInPage: docs/sandbox.md names every operation that the sandbox offers.
func TestOperationsInPage(t *testing.T) {
	_, list, ok := strings.Cut(read(t, filepath.Join(root, "docs", "sandbox.md")), "## What it offers\n")
	if !ok {
		t.Fatal("docs/sandbox.md does not say what the sandbox offers")
	}
	list, _, _ = strings.Cut(list, "\n## ")
	var want []string
	for _, op := range sandbox.Operations() {
		want = append(want, op.Name)
	}
	got := regexp.MustCompile(`\b[A-Z][a-z]+(?:[A-Z][A-Za-z]+)+\b`).FindAllString(list, -1)
	got = slices.DeleteFunc(got, func(name string) bool { return name == "SageMaker" || name == "CloudWatch" })
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("operations (-docs/sandbox.md, +the sandbox):\n%s", diff)
	}
}

// iamActions returns the actions that one IAM document of README.md allows.
func iamActions(t *testing.T, name string) []string {
	t.Helper()
	for _, f := range fences(t, readme, read(t, readme)) {
		if f.option("iam") != name {
			continue
		}
		var doc struct {
			Version   string
			Statement []struct {
				Sid, Effect, Resource string
				Action                any
				Condition             map[string]map[string]string
			}
		}
		dec := json.NewDecoder(strings.NewReader(f.text()))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&doc); err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, s := range doc.Statement {
			switch a := s.Action.(type) {
			case string:
				list = append(list, a)
			case []any:
				for _, name := range a {
					list = append(list, name.(string))
				}
			}
		}
		return list
	}
	t.Fatalf("README.md has no IAM document for %s", name)
	return nil
}

// onBehalf are the rights that scalectl uses by no call of its own: Application Auto
// Scaling asks whether its caller has them.
var onBehalf = []string{
	"iam:CreateServiceLinkedRole", "sagemaker:UpdateEndpointWeightsAndCapacities", "sagemaker:UpdateInferenceComponentRuntimeConfig",
}

// TestRights runs plan, apply, changes and deletions of every example and compares the
// calls with the IAM documents: every call is allowed, plan gets by with its own document,
// and no right is there for nothing.
func TestRights(t *testing.T) {
	dir := exampleFolder(t)
	examples, err := filepath.Glob(filepath.Join(dir, "examples", "*.yaml"))
	if err != nil || len(examples) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	run := func(line string) {
		t.Helper()
		if out, code := shell(t, dir, line, 0); code != 0 {
			t.Fatalf("%s: exit code %d\n%s", line, code, out)
		}
	}
	run("scalectl sandbox seed examples/sandbox/seed.yaml --state " + stateDir)
	for _, example := range examples {
		run("scalectl plan --sandbox " + stateDir + " -f " + example)
	}
	srv, err := sandbox.New(sandbox.Options{Dir: filepath.Join(dir, stateDir)})
	if err != nil {
		t.Fatal(err)
	}
	if err := srv.ResetLog(); err != nil {
		t.Fatal(err)
	}
	for _, example := range examples {
		apply := "scalectl apply --sandbox " + stateDir + " --auto-approve --allow delete -f "
		retagged := strings.Replace(read(t, example), "\nregion:", "\ntags: {team: ml}\nregion:", 1)
		if err := os.WriteFile(filepath.Join(dir, "retagged.yaml"), []byte(retagged), 0o644); err != nil {
			t.Fatal(err)
		}
		stack := regexp.MustCompile(`(?m)^stack: .*$`).FindString(retagged)
		empty := "apiVersion: scalectl/v1\nregion: us-east-1\n" + stack + "\n"
		if err := os.WriteFile(filepath.Join(dir, "empty.yaml"), []byte(empty), 0o644); err != nil {
			t.Fatal(err)
		}
		run(apply + example)
		run("scalectl plan --sandbox " + stateDir + " -f " + example)
		run(apply + "retagged.yaml")
		run(apply + example) // takes the tags off again
		run(apply + "empty.yaml")
	}
	log, err := srv.Log()
	if err != nil {
		t.Fatal(err)
	}
	reading, writing := iamActions(t, "plan"), iamActions(t, "apply")
	used := map[string]bool{}
	for _, e := range log {
		right := e.Service + ":" + e.Operation
		if right == "sts:GetCallerIdentity" {
			continue // needs no right
		}
		used[right] = true
		if e.Mutating && !slices.Contains(writing, right) || !e.Mutating && !slices.Contains(reading, right) {
			t.Errorf("README.md does not allow %s", right)
			writing = append(writing, right)
			reading = append(reading, right)
		}
	}
	for _, right := range slices.Concat(reading, writing) {
		if !used[right] && !slices.Contains(onBehalf, right) {
			t.Errorf("README.md allows %s, which no example needs", right)
		}
	}
}
