// Package schemas holds the JSON schemas that scalectl publishes, as the bytes that
// editors and CI systems read. They are written by hand.
package schemas

import _ "embed"

// Spec is the JSON schema of the spec, version 1. It keeps to what draft-07 and 2020-12
// have in common, so that every editor understands it.
//
//go:embed scalectl.v1.schema.json
var Spec []byte

// Plan is the JSON schema of a plan, format 1: what "plan -o json" and "plan --out" write.
// It names every member and forbids none, since members are added within a format.
//
//go:embed plan.v1.schema.json
var Plan []byte
