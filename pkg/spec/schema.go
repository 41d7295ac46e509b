package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/scalectl/scalectl/schemas"
)

// schemaNode is the part of a JSON schema that the loader and `explain` use. References
// are resolved: a node that only refers has the fields of what it refers to and its own
// description.
type schemaNode struct {
	Types       []string
	Description string
	Properties  map[string]*schemaNode
	Keys        []string // of Properties, in the order of the file
	Required    []string
	Enum        []string
	Pattern     *regexp.Regexp
	PatternText string // what Pattern asks for, as the end of `"x" is "y", which ...`
	Examples    []string
	// Entries is the schema of the values of a mapping with free keys; Items that of
	// the items of a list.
	Entries, Items *schemaNode
}

// nullable reports whether the value may be null.
func (s *schemaNode) nullable() bool { return slices.Contains(s.Types, "null") }

// rawSchema mirrors the keywords that the schema file uses. The test of the schema file
// makes sure that it uses no others.
type rawSchema struct {
	Ref                  string          `json:"$ref"`
	AllOf                []*rawSchema    `json:"allOf"`
	AnyOf                []*rawSchema    `json:"anyOf"`
	Type                 json.RawMessage `json:"type"`
	Description          string          `json:"description"`
	Properties           orderedSchemas  `json:"properties"`
	Required             []string        `json:"required"`
	Enum                 []string        `json:"enum"`
	Pattern              string          `json:"pattern"`
	PatternErrorMessage  string          `json:"patternErrorMessage"`
	Examples             []string        `json:"examples"`
	AdditionalProperties json.RawMessage `json:"additionalProperties"`
	Items                *rawSchema      `json:"items"`

	Definitions map[string]*rawSchema `json:"definitions"`
}

// orderedSchemas is an object that remembers the order of its keys.
type orderedSchemas struct {
	keys   []string
	byName map[string]*rawSchema
}

// UnmarshalJSON reads an object of schemas.
func (o *orderedSchemas) UnmarshalJSON(data []byte) error {
	if err := json.Unmarshal(data, &o.byName); err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	if _, err := dec.Token(); err != nil {
		return err
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		o.keys = append(o.keys, key.(string))
		var skip json.RawMessage
		if err := dec.Decode(&skip); err != nil {
			return err
		}
	}
	return nil
}

// specSchema returns the schema of the spec, read once.
var specSchema = sync.OnceValue(func() *schemaNode {
	root, err := readSchema(schemas.Spec)
	if err != nil {
		panic(fmt.Sprintf("this is a bug in scalectl: schema of the spec: %v", err))
	}
	return root
})

func readSchema(data []byte) (*schemaNode, error) {
	var raw rawSchema
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, err
	}
	r := schemaReader{definitions: raw.Definitions, done: map[*rawSchema]*schemaNode{}}
	return r.node(&raw)
}

type schemaReader struct {
	definitions map[string]*rawSchema
	done        map[*rawSchema]*schemaNode
}

func (r *schemaReader) node(raw *rawSchema) (*schemaNode, error) {
	if n := r.done[raw]; n != nil {
		return n, nil
	}
	n := &schemaNode{}
	r.done[raw] = n
	if raw.Ref != "" {
		if err := r.inherit(n, raw); err != nil {
			return nil, err
		}
	}
	for _, base := range slices.Concat(raw.AllOf, raw.AnyOf) {
		if err := r.inherit(n, base); err != nil {
			return nil, err
		}
	}
	if raw.Description != "" {
		n.Description = raw.Description
	}
	if len(raw.Type) > 0 {
		var one string
		if err := json.Unmarshal(raw.Type, &one); err == nil {
			n.Types = []string{one}
		} else if err := json.Unmarshal(raw.Type, &n.Types); err != nil {
			return nil, err
		}
	}
	if raw.Pattern != "" {
		re, err := regexp.Compile(raw.Pattern)
		if err != nil {
			return nil, err
		}
		n.Pattern, n.PatternText = re, raw.PatternErrorMessage
	}
	n.Required = append(n.Required, raw.Required...)
	n.Enum = append(n.Enum, raw.Enum...)
	if raw.Examples != nil {
		n.Examples = raw.Examples
	}
	for _, key := range raw.Properties.keys {
		child, err := r.node(raw.Properties.byName[key])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		if n.Properties == nil {
			n.Properties = map[string]*schemaNode{}
		}
		n.Properties[key] = child
		n.Keys = append(n.Keys, key)
	}
	if text := string(raw.AdditionalProperties); text != "" && text != "false" && text != "true" {
		var entry rawSchema
		if err := json.Unmarshal(raw.AdditionalProperties, &entry); err != nil {
			return nil, err
		}
		var err error
		if n.Entries, err = r.node(&entry); err != nil {
			return nil, err
		}
	}
	if raw.Items != nil {
		var err error
		if n.Items, err = r.node(raw.Items); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// inherit copies into n what the schema that base refers to, or base itself, says.
func (r *schemaReader) inherit(n *schemaNode, base *rawSchema) error {
	if base.Ref != "" {
		name, ok := strings.CutPrefix(base.Ref, "#/definitions/")
		if !ok || r.definitions[name] == nil {
			return fmt.Errorf("unknown reference %q", base.Ref)
		}
		base = r.definitions[name]
	}
	from, err := r.node(base)
	if err != nil {
		return err
	}
	n.Types = append(n.Types, from.Types...)
	n.Required = append(n.Required, from.Required...)
	n.Enum = append(n.Enum, from.Enum...)
	n.Keys = append(n.Keys, from.Keys...)
	if from.Properties != nil {
		if n.Properties == nil {
			n.Properties = map[string]*schemaNode{}
		}
		maps.Copy(n.Properties, from.Properties)
	}
	if from.Description != "" {
		n.Description = from.Description
	}
	if from.Pattern != nil {
		n.Pattern, n.PatternText = from.Pattern, from.PatternText
	}
	if from.Examples != nil {
		n.Examples = from.Examples
	}
	if from.Entries != nil {
		n.Entries = from.Entries
	}
	if from.Items != nil {
		n.Items = from.Items
	}
	return nil
}

// Doc is what the schema says about one key of the spec.
type Doc struct {
	Path        string // dotted, with * for a name of the user's choice
	Type        string // in words: mapping, list, text, whole number, ...
	Description string
	Required    bool
	Allowed     []string // the values of an enum
	Examples    []string
	Keys        []Doc // of a mapping, without their own Keys
}

// Lookup returns the documentation of a place in the spec, such as
// "endpoints.*.variants.*.scaling" or the same with names instead of the stars. "" is
// the spec itself. ok is false when the spec has no such place; near is then the nearest
// path that exists, or "".
func Lookup(path string) (doc Doc, near string, ok bool) {
	n, required := specSchema(), false
	var walked []string
	for _, step := range strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '/' }) {
		child := n.Properties[step]
		required = slices.Contains(n.Required, step)
		if child == nil && n.Items != nil {
			child, step = n.Items, "*"
		}
		if child == nil && n.Entries != nil {
			child, step = n.Entries, "*"
		}
		if child == nil {
			if s := suggest(step, n.Keys); s != "" {
				near = strings.Join(append(walked, s), ".")
			}
			return Doc{}, near, false
		}
		walked = append(walked, step)
		n = child
	}
	doc = n.doc(strings.Join(walked, "."), required)
	for _, key := range n.Keys {
		doc.Keys = append(doc.Keys, n.Properties[key].doc(join(doc.Path, key), slices.Contains(n.Required, key)))
	}
	if n.Entries != nil {
		doc.Keys = append(doc.Keys, n.Entries.doc(join(doc.Path, "*"), false))
	}
	if n.Items != nil {
		doc.Keys = append(doc.Keys, n.Items.doc(join(doc.Path, "*"), false))
	}
	return doc, "", true
}

// Paths returns every dotted path of the schema, in the order of the schema file.
func Paths() []string {
	var paths []string
	var walk func(n *schemaNode, path string)
	walk = func(n *schemaNode, path string) {
		if path != "" {
			paths = append(paths, path)
		}
		for _, key := range n.Keys {
			walk(n.Properties[key], join(path, key))
		}
		for _, child := range []*schemaNode{n.Entries, n.Items} {
			if child != nil {
				walk(child, join(path, "*"))
			}
		}
	}
	walk(specSchema(), "")
	return paths
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func (s *schemaNode) doc(path string, required bool) Doc {
	return Doc{
		Path:        path,
		Type:        s.word(),
		Description: s.Description,
		Required:    required,
		Allowed:     slices.Clone(s.Enum),
		Examples:    slices.Clone(s.Examples),
	}
}

// word names the type for a reader.
func (s *schemaNode) word() string {
	switch {
	case len(s.Enum) > 0:
		return "one of a few words"
	case slices.Contains(s.Types, "object"):
		return "mapping"
	case slices.Contains(s.Types, "array"):
		return "list"
	case slices.Contains(s.Types, "integer"):
		return "whole number"
	case slices.Contains(s.Types, "number"):
		return "number"
	case slices.Contains(s.Types, "boolean"):
		return "true or false"
	}
	return "text"
}
