package sandbox

import (
	"encoding/json"
	"slices"
	"strings"
)

// describeAlarmsDefault is the page size without MaxRecords. UNSURE fact 219: the model
// names only the maximum of 100.
const describeAlarmsDefault = 50

// describeAlarms lists metric alarms by name. The sandbox has no composite alarms, so that
// whoever asks for those, or for the children or parents of an alarm, gets none.
//
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
func describeAlarms(c *Call) (Map, error) {
	if c.In.Has("AlarmNames") && c.In.Has("AlarmNamePrefix") { // fact 219
		return nil, invalidAlarmCombination("AlarmNamePrefix and AlarmNames are mutually exclusive")
	}
	var rows []row
	for name, a := range c.Region.Alarms.All() {
		if alarmMatches(c.In, a) {
			rows = append(rows, row{key: name, show: func() Map { return showAlarm(a) }})
		}
	}
	alarms, next, ok := cutPage(c, rows, false, "MaxRecords", describeAlarmsDefault)
	if !ok {
		return nil, failf("InvalidNextToken", "The specified next token is invalid.")
	}
	return Map{"MetricAlarms": alarms, "CompositeAlarms": []any{}, "NextToken": next}, nil
}

func alarmMatches(in Map, a *Alarm) bool {
	if types := in.Strs("AlarmTypes"); len(types) > 0 && !slices.Contains(types, "MetricAlarm") {
		return false
	}
	if in.Has("ChildrenOfAlarmName") || in.Has("ParentsOfAlarmName") {
		return false
	}
	if in.Has("AlarmNames") && !slices.Contains(in.Strs("AlarmNames"), a.Name) {
		return false
	}
	if !strings.HasPrefix(a.Name, in.Str("AlarmNamePrefix")) {
		return false
	}
	if s, ok := in.StrOK("StateValue"); ok && s != a.State {
		return false
	}
	if prefix, ok := in.StrOK("ActionPrefix"); ok {
		return slices.ContainsFunc(alarmActionMembers, func(list string) bool {
			return slices.ContainsFunc(a.Config.Strs(list), func(arn string) bool { return strings.HasPrefix(arn, prefix) })
		})
	}
	return true
}

func showAlarm(a *Alarm) Map {
	m := a.Config.Clone()
	m["AlarmName"] = a.Name
	m["AlarmArn"] = a.ARN
	m["AlarmConfigurationUpdatedTimestamp"] = a.ConfigUpdated
	m["StateValue"] = a.State
	m["StateReason"] = a.StateReason
	m["StateUpdatedTimestamp"] = a.StateUpdated
	m["StateTransitionedTimestamp"] = a.StateChanged
	if f, ok := m.FloatOK("Threshold"); ok {
		m["Threshold"] = f // 70 came back from the stored state as an integer
	}
	if a.StateReasonData != "" {
		m["StateReasonData"] = a.StateReasonData
	}
	return m
}

// deleteAlarms deletes the alarms it knows. UNSURE fact 220: ResourceNotFound is modelled,
// while known names are deleted even if others are wrong; the sandbox raises it when it
// knows none of the names.
func deleteAlarms(c *Call) (Map, error) {
	names := c.In.Strs("AlarmNames")
	deleted := 0
	for _, name := range names {
		if c.Region.Alarms.Delete(name) {
			deleted++
		}
	}
	if deleted == 0 && len(names) > 0 {
		return nil, alarmNotFound("Unknown alarm(s): %s", strings.Join(names, ", "))
	}
	return nil, nil
}

// switchAlarmActions enables or disables the actions of the alarms it knows; the operations
// have no error for others.
func switchAlarmActions(enabled bool) func(*Call) (Map, error) {
	return func(c *Call) (Map, error) {
		for _, name := range c.In.Strs("AlarmNames") {
			if a := c.Region.Alarms.Get(name); a != nil {
				a.Config["ActionsEnabled"] = enabled
				a.ConfigUpdated = c.Now
			}
		}
		return nil, nil
	}
}

// setAlarmState sets the state for a while; since the sandbox evaluates no metrics, it
// stays until the next call.
//
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html
func setAlarmState(c *Call) (Map, error) {
	a := c.Region.Alarms.Get(c.In.Str("AlarmName"))
	if a == nil {
		return nil, alarmNotFound("Unknown alarm: %s", c.In.Str("AlarmName"))
	}
	data := c.In.Str("StateReasonData")
	if data != "" && !json.Valid([]byte(data)) {
		return nil, invalidAlarmFormat("StateReasonData is not valid JSON")
	}
	if state := c.In.Str("StateValue"); state != a.State {
		a.State, a.StateChanged = state, c.Now
	}
	a.StateReason, a.StateReasonData, a.StateUpdated = c.In.Str("StateReason"), data, c.Now
	c.alarmStateSet(a)
	return nil, nil
}
