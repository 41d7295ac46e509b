// Package sandbox is an embedded AWS: an http.Handler that speaks the wire protocols of
// Application Auto Scaling, SageMaker, CloudWatch alarms and STS, keeps what it is told,
// and enforces what AWS enforces. It has its own clock, injects faults, and records every
// call. It shares no code with the rest of scalectl, so that a wrong idea about AWS there
// cannot agree with itself here.
//
// It never leaves the process: it opens no connection and checks no signature. Numbers in
// comments, as in "fact 55", refer to the list of facts about AWS that the project keeps.
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
