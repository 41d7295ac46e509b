package render

import (
	"io"
	"strings"

	"github.com/scalectl/scalectl/pkg/diag"
)

// Rule is what output says about a rule that findings name.
type Rule struct {
	ID       string
	Severity diag.Severity
	Title    string
	Explain  string
	Bad      string // an example that breaks it
	Good     string // the same, corrected
	Source   string // where AWS says so
	// Firm rules cannot be suppressed by a comment in the file.
	Firm bool
}

// Field is what output says about a key of the spec.
type Field struct {
	Paths       []string // where it stands, dotted, names that users choose as <name>
	Type        string   // "whole number", "map of names", ...
	Required    bool
	Description string
	Allowed     []string // the values it takes, if they are a fixed set
	Examples    []string
	Keys        []Field // what stands below it; only the last part of Paths[0] is shown
}

// Rules writes the list of rules, one a line.
func Rules(w io.Writer, rules []Rule, opts Options) error {
	p := &page{opts: opts}
	width := 0
	for _, r := range rules {
		width = max(width, displayWidth(r.ID))
	}
	for _, r := range rules {
		p.para(plain, pad(clean(r.ID), width)+"  "+pad(r.Severity.String(), len("warning"))+"  ", clean(r.Title))
	}
	return p.flush(w)
}

// ExplainRule writes everything about one rule.
func ExplainRule(w io.Writer, r Rule, opts Options) error {
	p := &page{opts: opts}
	p.para(bold, "", clean(r.ID)+" ("+r.Severity.String()+"): "+clean(r.Title))
	p.line()
	for _, paragraph := range strings.Split(r.Explain, "\n\n") {
		p.para(plain, "", clean(strings.ReplaceAll(paragraph, "\n", " ")))
		p.line()
	}
	p.example("breaks the rule:", r.Bad)
	p.example("keeps it:", r.Good)
	if r.Source != "" {
		p.para(dim, "source: ", clean(r.Source))
		p.line()
	}
	if r.Firm {
		return p.flush(w)
	}
	p.para(dim, "", "To keep a finding on purpose, write \"# scalectl:ignore "+clean(r.ID)+" because ...\" on its line.")
	return p.flush(w)
}

func (p *page) example(title, text string) {
	if text == "" {
		return
	}
	p.line(p.paint(bold, title))
	for _, l := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		p.line("    ", clean(l))
	}
	p.line()
}

// ExplainField writes everything about one key of the spec.
func ExplainField(w io.Writer, f Field, opts Options) error {
	p := &page{opts: opts}
	p.line(p.paint(bold, clean(f.Paths[0])), "  ", clean(f.Type), required(f))
	p.para(plain, "  ", clean(f.Description))
	if len(f.Allowed) > 0 {
		p.para(plain, "  values: ", clean(strings.Join(f.Allowed, ", ")))
	}
	if len(f.Examples) > 0 {
		p.para(plain, "  such as: ", clean(strings.Join(f.Examples, ", ")))
	}
	for _, other := range f.Paths[1:] {
		p.line("  also at ", clean(other))
	}
	if len(f.Keys) > 0 {
		p.line("  keys:")
	}
	for _, k := range f.Keys {
		path := k.Paths[0]
		p.line("    ", p.paint(bold, clean(path[strings.LastIndexByte(path, '.')+1:])), "  ", clean(k.Type), required(k))
		p.para(plain, "        ", clean(k.Description))
	}
	return p.flush(w)
}

func required(f Field) string {
	if f.Required {
		return ", required"
	}
	return ""
}
