package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/scalectl/scalectl/pkg/render"
)

// schemaNode is the part of JSON schema that the schema of the spec uses.
type schemaNode struct {
	Ref                  string                 `json:"$ref"`
	AllOf                []*schemaNode          `json:"allOf"`
	AnyOf                []*schemaNode          `json:"anyOf"`
	Type                 any                    `json:"type"`
	Pattern              string                 `json:"pattern"`
	Description          string                 `json:"description"`
	Enum                 []any                  `json:"enum"`
	Examples             []any                  `json:"examples"`
	Required             []string               `json:"required"`
	Properties           map[string]*schemaNode `json:"properties"`
	AdditionalProperties json.RawMessage        `json:"additionalProperties"`
	Items                *schemaNode            `json:"items"`
	Definitions          map[string]*schemaNode `json:"definitions"`
}

// environmentRef marks that a value may also be a text with ${env:NAME} in it, which is
// true of every scalar and not worth a word at each.
const environmentRef = "#/definitions/fromEnvironment"

// fieldWalk collects the fields of a schema.
type fieldWalk struct {
	definitions map[string]*schemaNode
	fields      []render.Field
	err         error
}

// specFields lists every field of the spec, depth first, keys sorted.
func specFields(schema []byte) ([]render.Field, error) {
	var root schemaNode
	if err := json.Unmarshal(schema, &root); err != nil {
		return nil, fmt.Errorf("this is a bug in scalectl: read the schema: %w", err)
	}
	w := &fieldWalk{definitions: root.Definitions}
	w.children("", w.resolve(&root))
	return w.fields, w.err
}

// resolve merges a node with what it refers to. What the node says itself wins.
func (w *fieldWalk) resolve(n *schemaNode) *schemaNode {
	out := *n
	var parts []*schemaNode
	if name, ok := strings.CutPrefix(n.Ref, "#/definitions/"); ok {
		if d := w.definitions[name]; d != nil {
			parts = append(parts, d)
		} else {
			w.err = fmt.Errorf("this is a bug in scalectl: the schema refers to %q", n.Ref)
		}
	}
	parts = append(append(parts, n.AllOf...), n.AnyOf...)
	for _, part := range parts {
		if part.Ref == environmentRef {
			continue
		}
		p := w.resolve(part)
		if out.Type == nil {
			out.Type, out.Pattern = p.Type, p.Pattern
		}
		if out.Description == "" {
			out.Description = p.Description
		}
		if out.Enum == nil {
			out.Enum = p.Enum
		}
		if out.Examples == nil {
			out.Examples = p.Examples
		}
		if out.Required == nil {
			out.Required = p.Required
		}
		if out.Properties == nil {
			out.Properties = p.Properties
		}
		if out.AdditionalProperties == nil {
			out.AdditionalProperties = p.AdditionalProperties
		}
		if out.Items == nil {
			out.Items = p.Items
		}
	}
	return &out
}

// children adds what stands below a resolved node, and returns its direct keys.
func (w *fieldWalk) children(path string, n *schemaNode) []render.Field {
	var keys []render.Field
	names := make([]string, 0, len(n.Properties))
	for name := range n.Properties {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		keys = append(keys, w.field(join(path, name), w.resolve(n.Properties[name]), slices.Contains(n.Required, name)))
	}
	if inner := n.mapValue(); inner != nil {
		keys = append(keys, w.field(join(path, "<name>"), w.resolve(inner), false))
	}
	if n.Items != nil {
		w.children(path+"[]", w.resolve(n.Items))
	}
	return keys
}

// field adds one field and everything below it.
func (w *fieldWalk) field(path string, n *schemaNode, required bool) render.Field {
	f := render.Field{
		Paths: []string{path}, Type: n.typeText(), Required: required, Description: n.Description,
		Allowed: texts(n.Enum), Examples: texts(n.Examples),
	}
	at := len(w.fields)
	w.fields = append(w.fields, f)
	f.Keys = w.children(path, n)
	w.fields[at] = f
	f.Keys = nil // a parent shows its keys, not theirs
	return f
}

// mapValue is the schema of the values of a map with free keys, or nil.
func (n *schemaNode) mapValue() *schemaNode {
	var inner schemaNode
	if len(n.AdditionalProperties) == 0 || n.AdditionalProperties[0] != '{' {
		return nil
	}
	if json.Unmarshal(n.AdditionalProperties, &inner) != nil {
		return nil
	}
	return &inner
}

func (n *schemaNode) typeText() string {
	words := map[string]string{
		"integer": "whole number", "number": "number", "boolean": "true or false", "string": "text",
		"array": "list", "object": "map",
	}
	var kinds []string
	switch t := n.Type.(type) {
	case string:
		kinds = []string{t}
	case []any:
		kinds = texts(t)
		if len(kinds) > 1 && strings.Contains(n.Pattern, "env:") {
			kinds = slices.DeleteFunc(kinds, func(k string) bool { return k == "string" })
		}
	}
	var out []string
	for _, k := range kinds {
		if word, ok := words[k]; ok && !slices.Contains(out, word) {
			out = append(out, word)
		}
	}
	if len(out) == 0 && len(n.Enum) > 0 {
		return "text"
	}
	if len(out) == 0 {
		return "value"
	}
	return strings.Join(out, " or ")
}

func texts(list []any) []string {
	var out []string
	for _, v := range list {
		out = append(out, fmt.Sprint(v))
	}
	return out
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// matchFields returns the fields whose path is or ends with the query; any word stands
// for <name>, so that the path of an actual spec works too. Fields that say the same in
// several places come as one with all of its paths.
func matchFields(fields []render.Field, query string) []render.Field {
	want := strings.Split(strings.TrimPrefix(query, "."), ".")
	var found []render.Field
	for _, f := range fields {
		if !endsWith(strings.Split(f.Paths[0], "."), want) {
			continue
		}
		same := slices.IndexFunc(found, func(o render.Field) bool {
			return o.Type == f.Type && o.Description == f.Description && o.Required == f.Required
		})
		if same < 0 {
			found = append(found, f)
			continue
		}
		found[same].Paths = append(slices.Clone(found[same].Paths), f.Paths[0])
	}
	return found
}

func endsWith(path, want []string) bool {
	if len(want) > len(path) {
		return false
	}
	tail := path[len(path)-len(want):]
	for i := range want {
		name := strings.TrimSuffix(tail[i], "[]")
		if name != strings.TrimSuffix(want[i], "[]") && (name != "<name>" || i == len(want)-1) {
			return false
		}
	}
	return true
}
