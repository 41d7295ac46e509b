package spec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/scalectl/scalectl/pkg/diag"
	"github.com/scalectl/scalectl/schemas"
)

// ruleSchema is the id of a finding that only the JSON schema makes. It is not among the
// rules, since it can only come from a bug: see schemaFindings.
const ruleSchema = "schema"

// compiledSchemas holds the published schema of a spec, and the part of it that is about
// one endpoint.
type compiledSchemas struct{ spec, endpoint *jsonschema.Schema }

var compileSchemas = sync.OnceValue(func() compiledSchemas {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemas.Spec))
	if err != nil {
		panic(fmt.Sprintf("this is a bug in scalectl: the schema is not JSON: %v", err))
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("spec.json", doc); err != nil {
		panic(fmt.Sprintf("this is a bug in scalectl: add the schema: %v", err))
	}
	return compiledSchemas{c.MustCompile("spec.json"), c.MustCompile("spec.json#/definitions/endpoint")}
})

// schemaFindings validates a spec against the published JSON schema. The decoder checks
// the same grammar first, with better positions and suggestions, so on a spec that it
// takes this finds nothing, unless the schema that editors use and the decoder disagree.
// Then the spec is refused: it must never mean two things.
//
// The endpoints are validated one by one and in parallel, since the values of a large
// fleet all at once would take more memory than everything else together.
func schemaFindings(root *node) diag.List {
	compiled := compileSchemas()
	instance, _ := plainJSON(root).(map[string]any)
	list := leaves(compiled.spec.Validate(instance), root)

	_, endpoints := root.field("endpoints")
	if endpoints == nil || endpoints.kind != mapNode {
		return list
	}
	workers := runtime.GOMAXPROCS(0)
	found := make([]diag.List, workers)
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			for i := 2*w + 1; i < len(endpoints.kids); i += 2 * workers {
				n := endpoints.kids[i]
				found[w] = append(found[w], leaves(compiled.endpoint.Validate(jsonOf(n)), n)...)
			}
		})
	}
	wait.Wait()
	return slices.Concat(append([]diag.List{list}, found...)...)
}

// plainJSON returns the document as JSON values, with the endpoints left out: see
// schemaFindings. Environments are patches, which the decoder has applied already.
func plainJSON(root *node) any {
	if root.kind != mapNode {
		return jsonOf(root)
	}
	m := make(map[string]any, len(root.kids)/2)
	for i := 0; i+1 < len(root.kids); i += 2 {
		switch key := root.kids[i].value; key {
		case "environments":
		case "endpoints":
			if root.kids[i+1].kind == mapNode {
				m[key] = map[string]any{}
				continue
			}
			fallthrough
		default:
			m[key] = jsonOf(root.kids[i+1])
		}
	}
	return m
}

// jsonOf returns a node as the values that the schema library reads.
func jsonOf(n *node) any {
	switch {
	case n.kind == mapNode:
		m := make(map[string]any, len(n.kids)/2)
		for i := 0; i+1 < len(n.kids); i += 2 {
			m[n.kids[i].value] = jsonOf(n.kids[i+1])
		}
		return m
	case n.kind == seqNode:
		list := make([]any, 0, len(n.kids))
		for _, kid := range n.kids {
			list = append(list, jsonOf(kid))
		}
		return list
	case n.plain && n.tag == nullTag:
		return nil
	case n.plain && n.tag == boolTag:
		return n.value == "true"
	case n.plain && n.tag != strTag:
		return json.Number(n.value)
	}
	return n.value
}

// leaves turns a validation error into a finding for each of its leaves: the inner nodes
// of the tree only say that something below them is wrong.
func leaves(err error, root *node) diag.List {
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return nil
	}
	var list diag.List
	var walk func(*jsonschema.ValidationError)
	walk = func(e *jsonschema.ValidationError) {
		for _, cause := range e.Causes {
			walk(cause)
		}
		if len(e.Causes) > 0 {
			return
		}
		list = append(list, diag.Diagnostic{
			Rule:     ruleSchema,
			Position: locate(root, e.InstanceLocation).position(),
			Message:  "the JSON schema refuses this: " + e.ErrorKind.LocalizedString(message.NewPrinter(language.English)),
			Hint:     "scalectl's own checks let it pass, which is a bug in scalectl",
		})
	}
	walk(invalid)
	return list
}

// locate finds the node of a path, or the nearest one above it. A member of a mapping is
// its key.
func locate(n *node, path []string) *node {
	at := n
	for _, part := range path {
		switch n.kind {
		case mapNode:
			key, kid := n.field(part)
			if kid == nil {
				return at
			}
			at, n = key, kid
		case seqNode:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(n.kids) {
				return at
			}
			n = n.kids[i]
			at = n
		default:
			return at
		}
	}
	return at
}
