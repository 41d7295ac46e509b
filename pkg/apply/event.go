package apply

import "github.com/scalectl/scalectl/pkg/plan"

// EventKind says what an Event is about.
type EventKind string

// The kinds of events.
const (
	// Started: a change is being looked at.
	Started EventKind = "started"
	// Calling: an attempt of a mutating call is about to leave the process.
	Calling EventKind = "calling"
	// CallFailed: an attempt came back with Err. It may be followed by another Calling.
	CallFailed EventKind = "call-failed"
	// Finished: Outcome is final. It comes without Started for changes that never began.
	Finished EventKind = "finished"
)

// Event is one thing that happened during a run.
type Event struct {
	Kind    EventKind
	Address string
	Action  plan.Action
	// Operation is the AWS call of Calling and CallFailed, as IAM names it:
	// "application-autoscaling:PutScalingPolicy". Attempt counts from 1.
	Operation string
	Attempt   int
	// Err and Throttled belong to CallFailed.
	Err       error
	Throttled bool
	// Outcome belongs to Finished.
	Outcome *plan.Outcome
}
