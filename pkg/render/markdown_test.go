package render

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/scalectl/scalectl/pkg/diag"
	"github.com/scalectl/scalectl/pkg/model"
	"github.com/scalectl/scalectl/pkg/plan"
	"pgregory.net/rapid"
)

func TestMarkdown(t *testing.T) {
	partial := busyPlan()
	partial.Selection = &plan.Selection{Targets: []string{"endpoint/ranker/*"}, Excludes: []string{"*/schedule/*"}}
	empty := busyPlan()
	empty.Changes, empty.Guards, empty.NotOwned = nil, nil, nil
	for _, tt := range []struct {
		name string
		why  string
		plan *plan.Plan
	}{
		{"markdown.md", "one of everything", busyPlan()},
		{"markdown_partial.md", "a partial plan says so", partial},
		{"markdown_empty.md", "an empty plan has neither digest nor command", empty},
		{"markdown_counts.md", "changes become counts", fleetPlan(900, 10, 10, 100)},
		{"markdown_totals.md", "then the counts go too", fleetPlan(4000, 10, 10, 2)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			golden(t, tt.name, func(w io.Writer) error { return Markdown(w, tt.plan, applyOptions()) })
		})
	}
}

// TestMarkdownDegrades: what is left out goes in a fixed order, and the text says so.
func TestMarkdownDegrades(t *testing.T) {
	const (
		fold    = "<details>"
		rows    = "| **UPDATE** |"
		counts  = "| Endpoint or component |"
		remarks = "#### Not owned"
		reasons = "the spec no longer names it"
		noFull  = "The full plan did not fit"
		noRows  = "did not fit into this comment"
	)
	many := fleetPlan(300, 40, 10, 10)
	for i := range 2000 {
		many.NotOwned = append(many.NotOwned, plan.NotOwned{Address: fmt.Sprintf("endpoint/other-%d/variant/main", i), Because: "it carries no owner tag"})
	}
	for _, tt := range []struct {
		why       string
		plan      *plan.Plan
		with, not []string
	}{
		{"everything fits", fleetPlan(30, 5, 10, 10), []string{fold, rows, remarks, reasons}, []string{counts, noRows}},
		{"the fold goes first", fleetPlan(300, 20, 10, 10), []string{rows, remarks, reasons, noFull}, []string{fold, counts}},
		{"then the rows of what removes nothing", fleetPlan(900, 20, 10, 10), []string{counts, remarks, reasons, noFull, noRows}, []string{fold, rows}},
		{"then the remarks", many, []string{counts, reasons, "and the list of what is not owned did not fit"}, []string{fold, rows, remarks}},
		{"then the counts", fleetPlan(4000, 20, 10, 2), []string{reasons, "that remove nothing did not fit"}, []string{fold, rows, remarks, counts}},
		{"and the reasons of removals last", fleetPlan(900, 700, 10, 10), []string{"- **DELETE** `", "What they were and why they go did not fit"}, []string{fold, rows, remarks, counts, reasons}},
	} {
		var b bytes.Buffer
		if err := Markdown(&b, tt.plan, applyOptions()); err != nil {
			t.Errorf("%s: %v", tt.why, err)
		}
		for _, s := range tt.with {
			if !strings.Contains(b.String(), s) {
				t.Errorf("%s: %q is missing", tt.why, s)
			}
		}
		for _, s := range tt.not {
			if strings.Contains(b.String(), s) {
				t.Errorf("%s: %q is there", tt.why, s)
			}
		}
		if missing := lost(tt.plan, b.String()); len(missing) > 0 {
			t.Errorf("%s: lost %q", tt.why, missing)
		}
	}
}

// TestMarkdownOfPlans renders the plans of testdata/plan, which pkg/plan made.
func TestMarkdownOfPlans(t *testing.T) {
	files, err := filepath.Glob("../../testdata/plan/*.txtar")
	if err != nil || len(files) < 10 {
		t.Fatalf("only %d plans: %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "plan.json" })
			if i < 0 {
				t.Fatal("no plan.json")
			}
			p, err := plan.Decode(archive.Files[i].Data)
			if err != nil {
				t.Fatal(err)
			}
			opts := Options{Now: p.CreatedAt, Command: []string{"scalectl", "apply", "-f", "want.yaml"}}
			golden(t, filepath.Join("markdown", name+".md"), func(w io.Writer) error { return Markdown(w, p, opts) })
		})
	}
}

// fleetPlan has n changes, the first of them deletions, with names of some length, and so
// many on each endpoint.
func fleetPlan(n, deletions, length, each int) *plan.Plan {
	p := busyPlan()
	p.Changes, p.Notes = nil, p.Notes[:1]
	for i := range n {
		id := model.VariantTarget(fmt.Sprintf("ranker-%d", i/each), "main", model.InstanceCount)
		c := plan.Change{
			Address: id.PolicyAddress(fmt.Sprintf("p%0*d", length, i)), Kind: plan.KindPolicy, Target: id,
			Position: at("specs/ranker.yaml", i+1),
			Fields:   []plan.FieldChange{{Path: "targetTracking.targetValue", Before: 700.0, After: 500.0}},
		}
		switch {
		case i < deletions:
			c.Action, c.Reason, c.Position = plan.Delete, plan.ReasonLeftSpec, nil
		case i%70 == 0:
			c.Action, c.Reason = plan.Replace, plan.ReasonPolicyType
		case i%7 == 0:
			c.Action = plan.Create
		default:
			c.Action = plan.Update
		}
		p.Changes = append(p.Changes, c)
	}
	return p
}

var (
	codeSpan    = regexp.MustCompile("`[^`\n]+`")
	removalLine = regexp.MustCompile("^(?:\\| |- )\\*\\*(DELETE|REPLACE)\\*\\* (?:\\| )?`([^`]*)`")
	folded      = regexp.MustCompile(`(?s)<details>\n<summary>All fields of all changes</summary>\n\n(.*)\n\n</details>\n$`)
	commandCode = regexp.MustCompile("(?m)^(`{3,})sh\n.*\n(`{3,})$")
	// markup is what a line consists of once its code spans are gone.
	markup = regexp.MustCompile(`^(?:#{3,4} |> |- )?(?:[A-Za-z0-9 ,;:.()='%*|…-]|<br>)*$`)
	link   = regexp.MustCompile(`(?i)www\.\w|\b[a-f0-9]{7,}\b|:[a-z0-9]+:`)
)

// judge says what is wrong with a Markdown text, by the rules of GitHub alone and without
// the code that wrote it.
func judge(text string) error {
	if len(text) > 60_000 {
		return fmt.Errorf("%d bytes", len(text))
	}
	marker, rest, _ := strings.Cut(text, "\n")
	if !regexp.MustCompile(`^<!-- scalectl:plan stack=[\w.~%+-]* env=[\w.~%+-]* digest=[\w.~%+-]* -->$`).MatchString(marker) {
		return fmt.Errorf("marker %q", marker)
	}
	if m := folded.FindStringSubmatch(rest); m != nil {
		fence, _, ok := strings.Cut(m[1], "text\n")
		inside := strings.TrimSuffix(strings.TrimPrefix(m[1], fence), "\n"+fence)
		if !ok || strings.Trim(fence, "`") != "" || len(fence) < 3 || strings.Contains(inside, fence) || !strings.HasSuffix(m[1], "\n"+fence) {
			return fmt.Errorf("the fold can be left:\n%s", m[1])
		}
		rest = strings.TrimSuffix(rest, m[0])
	}
	if m := commandCode.FindStringSubmatch(rest); m != nil {
		if m[1] != m[2] || strings.Count(m[0], m[1]) != 2 {
			return fmt.Errorf("the command's block can be left:\n%s", m[0])
		}
		rest = strings.Replace(rest, m[0], "", 1)
	}
	cells := 0
	for line := range strings.SplitSeq(rest, "\n") {
		if !isClean(line) {
			return fmt.Errorf("line %q is more than text", line)
		}
		bare := codeSpan.ReplaceAllString(line, "")
		if !markup.MatchString(bare) || link.MatchString(bare) {
			return fmt.Errorf("line %q has more markup than it should", line)
		}
		if !strings.HasPrefix(line, "|") {
			cells = 0
			continue
		}
		n := strings.Count(line, "|") // in a code span it would end the cell as well
		if cells != 0 && n != cells {
			return fmt.Errorf("row %q has %d bars, those above have %d", line, n, cells)
		}
		cells = n
	}
	return nil
}

// lost returns the removals that have no line of their own outside of every fold.
func lost(p *plan.Plan, text string) []string {
	named := map[string]int{}
	visible := folded.ReplaceAllString(text, "")
	for line := range strings.SplitSeq(visible, "\n") {
		if m := removalLine.FindStringSubmatch(line); m != nil {
			named[m[1]+" "+m[2]]++
		}
	}
	var list []string
	for _, c := range p.Changes {
		if c.Action != plan.Delete && c.Action != plan.Replace {
			continue
		}
		key := strings.ToUpper(string(c.Action)) + " " + strings.Trim(span(c.Address), "`")
		if named[key] == 0 {
			list = append(list, key)
		}
		named[key]--
	}
	for _, g := range p.Guards {
		if g.Tripped && !strings.Contains(visible, "\n- "+span("--allow "+string(g.Name))) {
			list = append(list, "guard "+string(g.Name))
		}
	}
	return list
}

// TestMarkdownOfLargePlans: up to 5,000 changes, the text is within the budget and names
// all that is removed; it is refused only where names alone are too long.
func TestMarkdownOfLargePlans(t *testing.T) {
	refused, written := 0, 0
	check := func(t interface{ Fatalf(string, ...any) }, n, deletions, length int) {
		p := fleetPlan(n, deletions, length, 3)
		var b bytes.Buffer
		err := Markdown(&b, p, applyOptions())
		var tooLarge *TooLargeError
		if errors.As(err, &tooLarge) {
			refused++
			names := 0
			for _, c := range p.Changes {
				if removes(&c) {
					names += len("- **DELETE** ``\n") + len(c.Address)
				}
			}
			if b.Len() > 0 || names < MarkdownBudget-3000 {
				t.Fatalf("%d changes: refused although the names take %d characters", n, names)
			}
			return
		}
		if err != nil {
			t.Fatalf("%v", err)
		}
		written++
		if err := judge(b.String()); err != nil {
			t.Fatalf("%d changes: %v", n, err)
		}
		if missing := lost(p, b.String()); len(missing) > 0 {
			t.Fatalf("%d changes: %d lost, such as %s", n, len(missing), missing[0])
		}
	}
	check(t, 5000, 0, 1)
	check(t, 5000, 300, 5)
	check(t, 5000, 5000, 200)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 5000).Draw(t, "changes")
		check(t, n, rapid.IntRange(0, n).Draw(t, "deletions"), rapid.IntRange(1, 256).Draw(t, "length"))
	})
	if refused == 0 || written < 3 {
		t.Errorf("%d plans written, %d refused: the property says nothing", written, refused)
	}
}

// TestMarkdownIsSafe puts hostile text wherever a plan has room for text.
func TestMarkdownIsSafe(t *testing.T) {
	hostile := []string{
		"@octocat", "#12", "GH-12", "org/repo#1", "0123456789abcdef0123456789abcdef01234567", "effaced", ":+1:",
		"<script>alert(1)</script>", "</details>", "<br>", "-->", "<!-- x", "&lt;b&gt;", "`", "``", "```", "````\n# x",
		"|", `\|`, `\`, "a|b|c|d", "https://example.com", "www.example.com", "mail@example.com", "[a](b)", "![x](https://e/x.png)",
		"\n| x | y |", "\r\n# title", "* x", "1. x", "===", "---", "~~~", "**", "__", "$x$", "\u202ecod", "\x1b[2J", "\xff", " ", "",
	}
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(hostile), rapid.String()), 0, 4)
		text := func(label string) string {
			return strings.Join(pieces.Draw(t, label), rapid.SampledFrom([]string{"", " "}).Draw(t, label+" joint"))
		}
		change := func(a plan.Action) plan.Change {
			return plan.Change{
				Address: text("address"), Action: a, Because: text("because"), Effects: []string{text("effect"), text("effect")},
				Guards:   []plan.GuardName{plan.GuardName(text("guard"))},
				Position: &diag.Position{File: text("file"), Line: 1},
				Target:   model.TargetID{ResourceID: text("resource")},
				Fields: []plan.FieldChange{
					{Path: text("path"), Before: text("before"), After: []string{text("after")}},
					{Path: text("path"), Before: text("before")},
					{Path: text("path"), After: text("after")},
				},
				After: &plan.Object{ScheduledAction: &model.ScheduledAction{Schedule: text("schedule"), Timezone: text("zone")}},
			}
		}
		p := &plan.Plan{
			Stack: text("stack"), Account: text("account"), Region: text("region"), Environment: text("env"), Digest: text("digest"),
			Selection: &plan.Selection{Targets: []string{text("glob")}},
			Changes: []plan.Change{
				change(plan.Delete), change(plan.Replace), change(plan.Update), change(plan.Create), change(plan.Adopt),
				change(plan.Action(text("action"))),
			},
			NotOwned: []plan.NotOwned{{Address: text("other"), Owner: text("owner"), Because: text("why")}},
			Notes:    []plan.Note{{Address: text("note"), Message: text("message")}},
			Guards: []plan.Guard{
				{Name: plan.GuardName(text("name")), Tripped: true, Arithmetic: text("sum")}, {Name: plan.GuardName(text("name"))},
			},
		}
		opts := Options{Now: now, Command: []string{"scalectl", "apply", text("argument")}}
		for _, d := range details {
			out := markdown(p, opts, d)
			if err := judge(out); err != nil {
				t.Fatalf("%+v: %v", d, err)
			}
			if missing := lost(p, out); len(missing) > 0 {
				t.Fatalf("%+v: lost %q", d, missing)
			}
		}
	})
}

// TestMarkdownJudge: the judge of the tests above finds what it is there for.
func TestMarkdownJudge(t *testing.T) {
	var b bytes.Buffer
	if err := Markdown(&b, busyPlan(), applyOptions()); err != nil {
		t.Fatal(err)
	}
	good := b.String()
	if err := judge(good); err != nil {
		t.Fatal(err)
	}
	for why, insert := range map[string]string{
		"mention": "ask @octocat", "reference": "see #12", "html": "<b>bold</b>", "link": "at https://example.com",
		"www": "at www.example.com", "markdown link": "[a](b)", "commit": "effaced0", "cell": "x | y", "open span": "`x", "entity": "&lt;",
	} {
		bad := strings.Replace(good, "the spec no longer names it", insert, 1)
		if bad == good || judge(bad) == nil {
			t.Errorf("%s: %q is not found", why, insert)
		}
	}
}

func TestProse(t *testing.T) {
	for _, tt := range []struct{ in, want, why string }{
		{"6 instances are in service; the maximum of 4 stops 2 at once", "6 instances are in service; the maximum of 4 stops 2 at once", "plain words stay"},
		{"moved by scheduled action office-open", "moved by scheduled action `office-open`", "names do not"},
		{"deletes 1 of 3 = 33.3 % (limit 30 %)", "deletes 1 of 3 = 33.3 % (limit 30 %)", "arithmetic stays"},
		{"Mon 23 Nov 19:00 CET (18:00 UTC), then", "Mon 23 Nov 19:00 CET (18:00 UTC), then", "times stay"},
		{"ask @octocat or #12 now", "ask `@octocat` or `#12` now", "mentions and references are code"},
		{"a b|c `d` e", "a `b\\x7cc \\x60d\\x60` e", "neither cell nor span can be left"},
		{"effaced 1234567", "`effaced 1234567`", "what could be a commit is none"},
		{"", "", "nothing stays nothing"},
	} {
		if got := prose(tt.in); got != tt.want {
			t.Errorf("prose(%q) = %q, want %q (%s)", tt.in, got, tt.want, tt.why)
		}
	}
}
