// Package apply carries out a plan: exactly its changes, in its order, each right after a
// look at the live object, and with an outcome for every one of them.
//
// # Order
//
// The changes of one scalable target form a sequence and run one after another in the
// order of plan.Change.Order, because AWS refuses parallel writes to one target. Different
// targets run in parallel; plan.Change.DependsOn makes a change wait for others. A target
// that was begun is finished before a new one is begun, so that as few targets as possible
// are halfway at any moment. A change that does not end well stops the rest of its own
// sequence and what depends on it, nothing else.
//
// # Staleness
//
// None of these APIs has a conditional write (fact 225). Before the writes of a change its
// object is read again. If it already is what the change wants, the change is done without
// a call. If it is not what the plan was computed from, the change is stale and nothing is
// written.
//
// # Lost replies
//
// The SDK repeats a call whose reply was lost, and every write here may be repeated. Where
// the repetition is refused because the first attempt did work (a registration with tags,
// fact 30), or all replies are lost, the object is read again, and the change is done if
// the object is what the change wants. A successful reply is believed: nothing is read
// back after it. The one lag that AWS documents, a new target that the next call does not
// see yet (fact 18), is waited for.
//
// # Interruption
//
// Cancelling the context asks the run to stop. The attempt in flight is finished, and so is
// the change it belongs to once one of its calls has taken effect, because half a change is
// worse than a late stop: a replaced policy is put back. For the same reason the stop waits
// for the policy that comes right after the deletion that made room for it. The remaining
// changes are not started.
//
// # Journal
//
// Every attempt that leaves the process is written down before it goes and after its reply
// is there, each line synced. What cannot be written down is not done.
package apply
