package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/smithy-go"
	"github.com/scalectl/scalectl/pkg/apply"
	"github.com/scalectl/scalectl/pkg/live"
	"github.com/scalectl/scalectl/pkg/plan"
)

// apiError is an error of AWS with a code.
func apiError(code string) error { return &smithy.GenericAPIError{Code: code, Message: "no"} }

func TestCodeOf(t *testing.T) {
	for _, tt := range []struct {
		why  string
		err  error
		want exitCode
	}{
		{"nothing went wrong", nil, exitDone},
		{"what nobody foresaw is a bug", errors.New("boom"), exitInternal},
		{"a code that was chosen is kept through wrapping", fmt.Errorf("outer: %w", fail(exitStale, "old")), exitStale},
		{"a quiet end has a code too", quiet(exitChanges), exitChanges},
		{"the spec does not fit the endpoints", fmt.Errorf("x: %w", &plan.ProblemsError{}), exitInvalid},
		{"a plan file that is none", &plan.FormatError{Problem: "cut"}, exitInvalid},
		{"a glob that cannot be read", &plan.SelectionError{Glob: "["}, exitUsage},
		{"another account", &live.WrongPlaceError{What: "account", Want: "1", Got: "2"}, exitDenied},
		{"no credentials", &live.CredentialsError{Err: errors.New("none")}, exitDenied},
		{"a missing right", apiError("AccessDeniedException"), exitDenied},
		{"a throttle", fmt.Errorf("x: %w", apiError("ThrottlingException")), exitUnavailable},
		{"a failure inside AWS", apiError("InternalServiceException"), exitUnavailable},
		{"Ctrl-C during a read", fmt.Errorf("x: %w", context.Canceled), exitInterrupted},
	} {
		if got := codeOf(tt.err); got != tt.want {
			t.Errorf("%s: exit code %d, want %d", tt.why, got, tt.want)
		}
	}
}

func TestCodeOfResult(t *testing.T) {
	outcomes := func(statuses ...plan.Status) []plan.Outcome {
		var list []plan.Outcome
		for _, s := range statuses {
			list = append(list, plan.Outcome{Status: s})
		}
		return list
	}
	failure := func(err error) []apply.Failure { return []apply.Failure{{Err: err}} }
	for _, tt := range []struct {
		why    string
		result apply.Result
		want   exitCode
	}{
		{"everything done", apply.Result{Outcomes: outcomes(plan.Done, plan.Done)}, exitDone},
		{
			"something done, something not", apply.Result{Outcomes: outcomes(plan.Done, plan.Failed, plan.NotStarted)}, exitPartial,
		},
		{"something done, something stale", apply.Result{Outcomes: outcomes(plan.Done, plan.Stale)}, exitPartial},
		{"nothing done because all is stale", apply.Result{Outcomes: outcomes(plan.Stale, plan.NotStarted)}, exitStale},
		{
			"nothing done for want of a right",
			apply.Result{Outcomes: outcomes(plan.Failed), Failures: failure(apiError("AccessDenied"))}, exitDenied,
		},
		{
			"nothing done because AWS is away",
			apply.Result{Outcomes: outcomes(plan.Failed), Failures: failure(apiError("ThrottlingException"))}, exitUnavailable,
		},
		{
			"nothing done because AWS refused the input: a change failed, and no other code says so",
			apply.Result{Outcomes: outcomes(plan.Failed), Failures: failure(apiError("ValidationException"))}, exitPartial,
		},
		{"stopped by the user", apply.Result{Outcomes: outcomes(plan.Done, plan.NotStarted), Interrupted: true}, exitInterrupted},
	} {
		if got := codeOfResult(tt.result); got != tt.want {
			t.Errorf("%s: exit code %d, want %d", tt.why, got, tt.want)
		}
	}
}

// TestUsage: wrong usage is 64, whatever noticed it, says what is wrong on stderr, and
// leaves stdout empty.
func TestUsage(t *testing.T) {
	for _, line := range []string{
		"nonsense", "validat", "--nonsense", "plan --nonsense", "plan extra", "plan", "plan -f x --color=blue",
		"validate -f", "apply a b", "apply --allow nothing p.json", "show", "explain a b", "explain no-such-rule",
		"version extra", "completion tcsh", "sandbox nonsense", "sandbox seed", "sandbox advance soon",
		"plan -f nowhere.yaml -o text -o json", "plan -f nowhere.yaml -o json=", "plan -f nowhere.yaml --parallelism x",
		"schema extra", "plan -f nowhere.yaml --log-level loud",
	} {
		t.Run(line, func(t *testing.T) {
			code, stdout, stderr := runExample(t, strings.Fields(line))
			if code != exitUsage || stdout != "" || !strings.HasPrefix(stderr, "scalectl: ") {
				t.Errorf("exit code %d, want %d\nstdout %q\nstderr %q", code, exitUsage, stdout, stderr)
			}
		})
	}
}

func TestErrorsCannotReachTheTerminal(t *testing.T) {
	_, _, stderr := runExample(t, []string{"plan", "-f", "\x1b[2J\u202e\a.yaml"})
	if strings.ContainsAny(stderr, "\x1b\a\u202e") || !strings.Contains(stderr, `\x1b[2J`) {
		t.Errorf("stderr %q", stderr)
	}
}

func TestLook(t *testing.T) {
	for _, tt := range []struct {
		why   string
		args  string
		env   map[string]string
		color bool
		width int
	}{
		{"no terminal, no colour", "", nil, false, 0},
		{"asked for", "always", nil, true, 0},
		{"asked for in spite of NO_COLOR", "always", map[string]string{"NO_COLOR": "1"}, true, 0},
		{"never", "never", nil, false, 0},
		{"COLUMNS", "", map[string]string{"COLUMNS": "132"}, false, 132},
		{"COLUMNS that is no number", "", map[string]string{"COLUMNS": "wide"}, false, 0},
		{"COLUMNS too narrow to read", "", map[string]string{"COLUMNS": "7"}, false, 0},
	} {
		a := &app{env: environment{lookup: func(name string) (string, bool) {
			v, ok := tt.env[name]
			return v, ok
		}}}
		a.command()
		if tt.args != "" {
			if err := a.color.Set(tt.args); err != nil {
				t.Fatal(err)
			}
		}
		if got := a.look(&strings.Builder{}); got.Color != tt.color || got.Width != tt.width {
			t.Errorf("%s: colour %v, width %d", tt.why, got.Color, got.Width)
		}
	}
}
