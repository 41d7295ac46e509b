package model

import "time"

// UTC is the time zone of a scheduled action that names none.
const UTC = "UTC"

// ScheduledAction sets the bounds of a target at given times. At least one of
// MinCapacity and MaxCapacity is set; nil leaves that side as it is.
// https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ScheduledAction.html
type ScheduledAction struct {
	Target      TargetID   `json:"target"`
	Name        string     `json:"name"`
	Schedule    string     `json:"schedule"`
	Timezone    string     `json:"timezone"`
	StartTime   *time.Time `json:"startTime,omitempty"`
	EndTime     *time.Time `json:"endTime,omitempty"`
	MinCapacity *int32     `json:"minCapacity,omitempty"`
	MaxCapacity *int32     `json:"maxCapacity,omitempty"`
}

// Address returns the printable name of the scheduled action.
func (a ScheduledAction) Address() string { return a.Target.ScheduleAddress(a.Name) }

// Normal returns the action in normal form: the time zone filled in, times in UTC and
// whole seconds, nothing shared with the receiver.
func (a ScheduledAction) Normal() ScheduledAction {
	if a.Timezone == "" {
		a.Timezone = UTC
	}
	a.StartTime = normalTime(a.StartTime)
	a.EndTime = normalTime(a.EndTime)
	if a.MinCapacity != nil {
		a.MinCapacity = Ptr(*a.MinCapacity)
	}
	if a.MaxCapacity != nil {
		a.MaxCapacity = Ptr(*a.MaxCapacity)
	}
	return a
}

func normalTime(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	return Ptr(t.UTC().Truncate(time.Second))
}
