package main

import (
	"io"
	"os"
	"strconv"
	"strings"
	"unicode"

	"github.com/scalectl/scalectl/pkg/render"
	"golang.org/x/term"
)

// isTerminal reports whether a stream is an interactive terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// look returns how text for a stream looks: colour only on a terminal unless --color says
// otherwise, never under NO_COLOR (https://no-color.org) unless --color=always, and as
// wide as the terminal, or COLUMNS, or 80 columns.
func (a *app) look(w io.Writer) render.Options {
	var opts render.Options
	switch a.color.String() {
	case "always":
		opts.Color = true
	case "auto":
		noColor, _ := a.env.lookup("NO_COLOR")
		dumb, _ := a.env.lookup("TERM")
		opts.Color = isTerminal(w) && noColor == "" && dumb != "dumb"
	}
	if columns, ok := a.env.lookup("COLUMNS"); ok {
		if n, err := strconv.Atoi(columns); err == nil && n >= 40 {
			opts.Width = n
		}
	} else if f, ok := w.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n >= 40 {
			opts.Width = n
		}
	}
	return opts
}

// printable keeps the line breaks of a message and shows every other control character as
// an escape: errors quote names out of files and replies out of the network.
func printable(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r == '\n' || unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		quoted := strconv.QuoteRune(r)
		b.WriteString(quoted[1 : len(quoted)-1])
	}
	return b.String()
}
