package docs

import (
	"slices"
	"strings"
	"testing"
)

// A fence is one fenced code block of a page. Fences inside HTML comments are fences too:
// they set up what the visible ones need.
type fence struct {
	Line int    // of the first line of the body, from 1
	Info string // "console", "yaml file=fleet.yaml", ...
	Body []string
}

// lang is the first word of the info string.
func (f fence) lang() string {
	word, _, _ := strings.Cut(f.Info, " ")
	return word
}

// option returns the value of key=value in the info string.
func (f fence) option(key string) string {
	for _, word := range strings.Fields(f.Info) {
		if value, ok := strings.CutPrefix(word, key+"="); ok {
			return value
		}
	}
	return ""
}

// has reports whether a word stands alone in the info string.
func (f fence) has(word string) bool { return slices.Contains(strings.Fields(f.Info), word) }

func (f fence) text() string { return strings.Join(f.Body, "\n") + "\n" }

// fences finds the fenced blocks of a page.
func fences(t *testing.T, file, text string) []fence {
	t.Helper()
	var list []fence
	var open *fence
	for i, line := range strings.Split(text, "\n") {
		info, ok := strings.CutPrefix(line, "```")
		switch {
		case open == nil && ok:
			if info == "" {
				t.Errorf("%s:%d: a fence without a language", file, i+1)
			}
			open = &fence{Line: i + 2, Info: info}
		case open != nil && line == "```":
			list = append(list, *open)
			open = nil
		case open != nil:
			open.Body = append(open.Body, line)
		}
	}
	if open != nil {
		t.Fatalf("%s:%d: a fence without an end", file, open.Line-1)
	}
	return list
}

// prose returns a page without its fences.
func prose(t *testing.T, file, text string) string {
	t.Helper()
	lines := strings.Split(text, "\n")
	for _, f := range fences(t, file, text) {
		for i := range f.Body {
			lines[f.Line-1+i] = ""
		}
	}
	return strings.Join(lines, "\n")
}
