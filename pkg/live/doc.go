// Package live is the edge to AWS: it makes the clients, reads the fleet into the nouns of
// package model, and translates between those nouns and the shapes of the SDK.
//
// Expand turns a noun into the input of the call that writes it, always complete, because
// AWS keeps or erases what a partial input leaves out depending on the call (facts 52, 91,
// 207). Flatten turns a reply into a noun in normal form, with AWS's defaults filled in,
// so that a setting nobody touched is never a difference. Flatten(Expand(x)) is x.
//
// A Reader reads everything or fails. Only what IsNotFound recognises counts as absent; a
// denied, throttled or garbled read is an error, because a plan made from a half-read
// fleet would delete what it could not see.
//
// Every attempt of every call passes through one middleware, which counts it, gives it a
// deadline of its own, and shows mutating ones to the Hook in the context before they
// leave the process.
//
// Numbers in comments, as in "fact 55", refer to the list of facts about AWS that the
// project keeps. This package decides nothing about what should change and prints nothing.
package live
