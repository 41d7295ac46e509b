package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func notifyInterrupts() (<-chan os.Signal, func()) {
	c := make(chan os.Signal, 2)
	signal.Notify(c, os.Interrupt, syscall.SIGTERM)
	return c, func() { signal.Stop(c) }
}

// interruptible returns a context that the first Ctrl-C cancels. The second one ends the
// process at once, for a call that does not come back. told runs at the first.
func (a *app) interruptible(ctx context.Context, told func()) (context.Context, func()) {
	if a.env.interrupts == nil {
		return ctx, func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	c, stop := a.env.interrupts()
	done := make(chan struct{})
	go func() {
		select {
		case <-c:
		case <-done:
			return
		}
		cancel()
		told()
		select {
		case <-c:
			a.env.exit(int(exitInterrupted))
		case <-done:
		}
	}()
	return ctx, func() {
		stop()
		close(done)
		cancel()
	}
}
