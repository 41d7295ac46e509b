package main

import (
	"errors"
	"fmt"

	"github.com/scalectl/scalectl/pkg/live"
	"github.com/scalectl/scalectl/pkg/plan"
)

// exitCode is what the process ends with. The numbers are a published contract: scripts
// and CI jobs branch on them.
type exitCode int

const (
	exitDone        exitCode = 0   // done, nothing pending, or changes without --detailed-exitcode
	exitInternal    exitCode = 1   // a bug in scalectl, or a local file that cannot be written
	exitChanges     exitCode = 2   // changes pending (plan --detailed-exitcode, drift)
	exitInvalid     exitCode = 3   // the files need work
	exitRefused     exitCode = 4   // refused by a guard
	exitStale       exitCode = 5   // the live state moved, the digest differs, or the plan is too old
	exitDenied      exitCode = 6   // credentials, permission, or the wrong account or region
	exitPartial     exitCode = 7   // partly applied
	exitUnconfirmed exitCode = 9   // needs confirmation and there is no terminal, or the answer was no
	exitUnavailable exitCode = 10  // AWS unavailable or throttled after all retries
	exitUsage       exitCode = 64  // wrong usage
	exitInterrupted exitCode = 130 // interrupted; the call in flight was finished and written down
)

// codedError is an error that knows its exit code. A nil err ends the process without a
// message, because everything was said already.
type codedError struct {
	code exitCode
	err  error
}

func (e *codedError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *codedError) Unwrap() error { return e.err }

// fail makes an error with an exit code.
func fail(code exitCode, format string, args ...any) error {
	return &codedError{code, fmt.Errorf(format, args...)}
}

// quiet ends the process with a code and no further message.
func quiet(code exitCode) error { return &codedError{code: code} }

// codeOf is the one place where an error becomes an exit code.
func codeOf(err error) exitCode {
	if err == nil {
		return exitDone
	}
	var coded *codedError
	if errors.As(err, &coded) {
		return coded.code
	}
	var problems *plan.ProblemsError
	var format *plan.FormatError
	if errors.As(err, &problems) || errors.As(err, &format) {
		return exitInvalid
	}
	var selection *plan.SelectionError
	if errors.As(err, &selection) {
		return exitUsage
	}
	switch live.Classify(err) {
	case live.Permission:
		return exitDenied
	case live.Throttled, live.Unavailable:
		return exitUnavailable
	case live.Interrupted:
		return exitInterrupted
	}
	return exitInternal
}
