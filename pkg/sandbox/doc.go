// Package sandbox is an embedded AWS: an http.Handler that speaks the wire protocols of
// Application Auto Scaling, SageMaker, CloudWatch alarms and STS, keeps what it is told,
// and enforces what AWS enforces. It has its own clock, injects faults, and records every
// call. It shares no code with the rest of scalectl, so that a wrong idea about AWS there
// cannot agree with itself here.
//
// It never leaves the process: it opens no connection and checks no signature. Numbers in
// comments, as in "fact 55", refer to docs/aws-facts.md.
//
// # Time
//
// The clock stands still (Options.Start) or follows the wall clock; Advance and SetTime
// move it, and Options.Tick moves a standing clock at every call. What happens by itself
// happens when the clock moves, in order of time: transitions of endpoints and components
// first, then scheduled actions by target and name. A cron expression fires at second 0, a
// rate exactly at multiples of its period, at() at its second.
//
// # The directory
//
// With Options.Dir the state is in state.json, replaced as a whole after every call that
// changed something; the call log is in calls.jsonl, one line for each call; faults.json
// holds the faults and may be edited by hand, fault-counters.json how far they have
// counted. The file named lock serialises processes. Every change writes all of
// state.json: a thousand endpoints are better kept in memory or behind `sandbox serve`.
//
// # Faults
//
// See Faults and Fault, and testdata/faults.json for every effect. A rule counts the calls
// that match its service, operation, resource and mutating, and strikes from the nth on,
// as many times as it says:
//
//	{"deny": ["sagemaker:Delete*"],
//	 "rules": [{"mutating": true, "nth": 3, "effect": "crashAfter"},
//	           {"operation": "PutScalingPolicy", "times": 2, "effect": "throttle"}]}
//
// Through Transport a broken connection is an error of the network, which the SDK retries
// like any other; after a crash every call fails with ErrCrashed until ClearFaults. A test
// that crashes a client should therefore cancel its context in Options.Crash.
//
// # What is not imitated
//
//   - GetPredictiveScalingForecast and predictive scaling, and every namespace but sagemaker.
//   - Metrics: no alarm changes its state unless SetAlarmState says so, and then it stays.
//     AWS repeats Auto Scaling actions every minute while the state is ALARM (fact 218); the
//     sandbox acts once for each SetAlarmState. The decision is described in decision.go; it knows no
//     anticipated flapping, lets no larger scale-out through a cooldown (fact 68), and does
//     not weigh policies against each other (fact 70).
//   - On resume, alarms in breach are not acted on (fact 27).
//   - After an update that leaves capacity outside the bounds, it is not corrected until the
//     target is next registered or scaled (fact 188).
//   - Eventual consistency: what is put is there at once (facts 18, 108, 165).
//   - Managed instance scaling does not move instances, and there is always room for a copy
//     (fact 146).
//   - UpdateEndpoint, UpdateInferenceComponent and whatever of SageMaker is not hosting.
//     Creations succeed: no image is pulled, no health check fails, no bucket, role or subnet
//     is looked at.
//   - Of CloudWatch everything but metric alarms: composite alarms, metrics, dashboards.
//   - The 50 KB limit of a request (fact 64), and the request rates that AWS does not publish
//     (fact 112) unless Options.Throttle sets them.
//   - Signatures and IAM, but for Options.Deny and the deny list of the faults.
//
// Beliefs that no public text settles are named constants with "UNSURE fact N" beside them;
// grep for UNSURE to see them all.
//
// # Adding a service
//
// Write a function that returns a *service, with its names on the wire and its table of
// operations, and add it to otherServices in services.go. A wire protocol is a codec; add
// it to otherCodecs there.
//
// # Adding an operation
//
// Add a row to the service's table: name, whether it changes anything, the shape of its
// input, what to show as its resource in the call log, and the handler.
//
//	{Name: "DeleteAlarms", Mutating: true, handle: deleteAlarms, resource: firstAlarmName,
//		input: Struct(Req("AlarmNames", ListOf(Str().Len(1, 255)).Len(0, 100)))}
//
// The shape does the checks that AWS's service model demands (required, lengths, ranges,
// patterns, enums, types) and words the refusals. The handler gets a *Call whose In is in
// checked form, works on c.Region (plain structs of state.go), and returns a Map or an
// *Error made by failf or invalidf. It must check everything before it changes anything,
// and take the time from c.Now and ids from c.NewID. An output may hold string, bool, int,
// int64, float64, time.Time, []byte, []any and Map; nil members are left out.
//
// A status that takes time is a Transition on the object: set the status and the moment,
// and end it in transitions.go, which runs when the clock has reached the moment.
package sandbox
