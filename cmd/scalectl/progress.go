package main

import (
	"fmt"
	"io"
	"sync"

	"github.com/spf13/pflag"
)

func progressVar(flags *pflag.FlagSet) choice {
	return choiceVar(flags, "progress", "", "auto", "progress on stderr; auto is one live line on a terminal and plain lines elsewhere", "auto", "plain", "none")
}

// progress tells how far a run is. It may be used by several goroutines at once.
type progress struct {
	w     io.Writer
	live  bool // one line that is written over
	plain bool // a line for each event

	mu    sync.Mutex
	shown bool
}

func (a *app) progress(mode choice) *progress {
	p := &progress{w: a.stderr}
	switch mode.String() {
	case "auto":
		p.live = isTerminal(a.stderr)
		p.plain = !p.live
	case "plain":
		p.plain = true
	}
	return p
}

// show replaces the live line; elsewhere it does nothing.
func (p *progress) show(text string) {
	if !p.live {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shown = true
	fmt.Fprint(p.w, "\r\x1b[K"+printable(text))
}

// event tells that something has happened: as a line of its own, or on the live line.
func (p *progress) event(text string) {
	if p.plain {
		p.mu.Lock()
		defer p.mu.Unlock()
		fmt.Fprintln(p.w, printable(text))
		return
	}
	p.show(text)
}

// clear removes the live line.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		p.shown = false
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
