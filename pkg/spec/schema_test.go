package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/scalectl/scalectl/pkg/diag"
	"github.com/scalectl/scalectl/pkg/model"
	"github.com/scalectl/scalectl/schemas"
)

// TestSchemaTiesToTypes walks the schema and the structs side by side. bind itself
// insists that each has every key of the other; here the types of the values and the
// descriptions are compared.
func TestSchemaTiesToTypes(t *testing.T) {
	root, err := readSchema(schemas.Spec)
	if err != nil {
		t.Fatal(err)
	}
	b, err := bind(reflect.TypeFor[Fleet](), root)
	if err != nil {
		t.Fatal(err)
	}
	checkBinding(t, "", reflect.TypeFor[Fleet](), b)
}

func checkBinding(t *testing.T, path string, typ reflect.Type, b *binding) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(b.fields)) {
		checkField(t, join(path, name), typ.Field(b.fields[name].index).Type, b.fields[name])
	}
	for _, required := range b.schema.Required {
		if b.fields[required] == nil {
			t.Errorf("%s: the schema requires the unknown key %q", path, required)
		}
	}
}

func checkField(t *testing.T, path string, typ reflect.Type, f *field) {
	t.Helper()
	s := f.schema
	if s.Description == "" {
		t.Errorf("%s: no description", path)
	}
	if last := strings.TrimSpace(s.Description); !strings.HasSuffix(last, ".") && !strings.HasSuffix(last, "}`.") {
		t.Errorf("%s: the description %q is no sentence", path, s.Description)
	}
	jsonType := map[reflect.Type]string{
		reflect.TypeFor[Val[string]]():        "string",
		reflect.TypeFor[Val[int32]]():         "integer",
		reflect.TypeFor[Val[float64]]():       "number",
		reflect.TypeFor[Val[bool]]():          "boolean",
		reflect.TypeFor[Val[time.Time]]():     "string",
		reflect.TypeFor[Val[model.Seconds]](): "string",
		reflect.TypeFor[Val[model.Percent]](): "string",
	}
	want, scalar := jsonType[typ]
	switch {
	case typ.Kind() == reflect.Pointer:
		want = "object"
		checkBinding(t, path, typ.Elem(), f.object)
		if f.object.opaque && !slices.Equal(s.Keys, patchBinding().schema.Keys) {
			t.Errorf("%s: the schema lists %v, an environment can change %v", path, s.Keys, patchBinding().schema.Keys)
		}
	case !scalar:
		want = "object"
		if s.Items != nil {
			want = "array"
		}
		elem := reflect.Zero(typ).Interface().(interface{ element() reflect.Type }).element()
		checkField(t, join(path, "*"), elem, f.elem)
	}
	types := slices.DeleteFunc(slices.Clone(s.Types), func(name string) bool { return name == "null" })
	// Numbers and booleans also take text that comes from the environment.
	if want == "integer" || want == "number" || want == "boolean" {
		if !slices.Equal(types, []string{want, "string"}) {
			t.Errorf("%s: the schema has the types %v, the struct %s", path, s.Types, want)
		}
	} else if !slices.Equal(slices.Compact(types), []string{want}) {
		t.Errorf("%s: the schema has the types %v, the struct %s", path, s.Types, want)
	}
	if typ != reflect.TypeFor[Val[string]]() && len(s.Enum) > 0 {
		t.Errorf("%s: only texts have enums", path)
	}
	unit := map[reflect.Type]string{
		reflect.TypeFor[Val[time.Time]]():     "2026-12-24T18:00:00Z",
		reflect.TypeFor[Val[model.Seconds]](): "1h30m",
		reflect.TypeFor[Val[model.Percent]](): "30%",
	}[typ]
	if unit != "" && (s.Pattern == nil || !s.Pattern.MatchString(unit) || s.Pattern.MatchString("30")) {
		t.Errorf("%s: the pattern %v does not fit %s", path, s.Pattern, typ)
	}
}

// TestSchemaKeywords allows only the keywords that draft-07 and 2020-12 read alike and
// that readSchema understands, and no $ref beside other keywords, which draft-07 ignores.
func TestSchemaKeywords(t *testing.T) {
	var root any
	if err := json.Unmarshal(schemas.Spec, &root); err != nil {
		t.Fatal(err)
	}
	known := []string{
		"$ref", "additionalProperties", "allOf", "anyOf", "description", "enum", "examples", "items", "minLength",
		"pattern", "patternErrorMessage", "patternProperties", "properties", "required", "type",
	}
	var walk func(path string, v any, names bool)
	walk = func(path string, v any, names bool) {
		switch v := v.(type) {
		case []any:
			for i, item := range v {
				walk(fmt.Sprintf("%s/%d", path, i), item, false)
			}
		case map[string]any:
			if _, ref := v["$ref"]; ref && len(v) > 1 && !names {
				t.Errorf("%s: $ref stands beside other keywords", path)
			}
			for key, value := range v {
				top := path == "" && slices.Contains([]string{"$schema", "$id", "title", "definitions"}, key)
				if !names && !top && !slices.Contains(known, key) {
					t.Errorf("%s: keyword %q", path, key)
				}
				walk(path+"/"+key, value, !names && (key == "properties" || key == "patternProperties" || key == "definitions"))
			}
		}
	}
	walk("", root, false)
}

// TestSchemaUsesEveryDefinition finds definitions that nothing refers to.
func TestSchemaUsesEveryDefinition(t *testing.T) {
	var raw rawSchema
	if err := json.Unmarshal(schemas.Spec, &raw); err != nil {
		t.Fatal(err)
	}
	for name := range raw.Definitions {
		if !bytes.Contains(schemas.Spec, []byte(`"#/definitions/`+name+`"`)) {
			t.Errorf("nothing refers to the definition %q", name)
		}
	}
}

// compiledSchema is the schema of the spec as another implementation reads it.
func compiledSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemas.Spec))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("scalectl.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("scalectl.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// grammarRuleIDs are the rules that a JSON schema can state as well.
var grammarRuleIDs = []string{
	ruleUnknownKey, ruleRequired, ruleWrongType, ruleEnum, ruleFormat, ruleDuration, rulePercent, ruleTimestamp,
	ruleOwned, ruleTargetRole, ruleAPIVersion,
}

// TestSchemaAgreesWithLoad changes every value and every key of a spec in turn,
// and requires that the loader and an independent reader of the schema accept and refuse
// the same results. Editors use the schema, so a difference would be a lie in one of
// the two.
func TestSchemaAgreesWithLoad(t *testing.T) {
	schema := compiledSchema(t)
	values := []any{"text", json.Number("7"), json.Number("1.5"), true, nil, []any{}, map[string]any{}, "30s", "30%", "2026-12-24T18:00:00Z"}
	checked := 0
	check := func(name string, doc any) {
		t.Helper()
		data, err := json.MarshalIndent(doc, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		_, list := Load([]Source{{Name: "spec.yaml", Data: data}}, Options{})
		i := slices.IndexFunc(list, func(d diag.Diagnostic) bool { return slices.Contains(grammarRuleIDs, d.Rule) })
		invalid := schema.Validate(instance)
		if (i >= 0) != (invalid != nil) {
			t.Errorf("%s: the schema says %v, the loader says\n%s\n%s", name, invalid, printList(list), data)
		}
		checked++
	}
	data, err := os.ReadFile(wholeGrammar)
	if err != nil {
		t.Fatal(err)
	}
	nodes, _, _ := parseFile(newSource("whole-grammar.yaml", data), newCollector())
	doc := jsonValue(nodes[0])
	check("unchanged", doc)
	eachPlace("", doc, func(path string, set func(any), rename func(string)) {
		for _, v := range values {
			set(v)
			check(fmt.Sprintf("%s: %v", path, v), doc)
		}
		if rename != nil {
			rename("zzz")
			check(path+" renamed", doc)
		}
	})
	if checked < 2000 {
		t.Errorf("only %d documents were checked", checked)
	}
}

// wholeGrammar is a spec with every key of the grammar.
var wholeGrammar = filepath.Join(fixtures, "whole-grammar.yaml")

// TestWholeGrammar requires that the file is sound and has every key of the schema.
func TestWholeGrammar(t *testing.T) {
	data, err := os.ReadFile(wholeGrammar)
	if err != nil {
		t.Fatal(err)
	}
	for _, environment := range []string{"", "prod"} {
		s, list := Load([]Source{{Name: "whole-grammar.yaml", Data: data}}, Options{Environment: environment, Now: fixtureNow})
		if s == nil || len(list) > 0 {
			t.Errorf("environment %q:\n%s", environment, printList(list))
		}
	}
	nodes, _, _ := parseFile(newSource("whole-grammar.yaml", data), newCollector())
	used := map[*schemaNode]bool{}
	var walk func(n *node, s *schemaNode)
	walk = func(n *node, s *schemaNode) {
		used[s] = true
		for i := 0; n.kind == mapNode && i < len(n.kids); i += 2 {
			if child := s.Properties[n.kids[i].value]; child != nil {
				walk(n.kids[i+1], child)
			} else if s.Entries != nil {
				walk(n.kids[i+1], s.Entries)
			}
		}
		for i := 0; n.kind == seqNode && i < len(n.kids); i++ {
			walk(n.kids[i], s.Items)
		}
	}
	walk(nodes[0], specSchema())
	var check func(path string, s *schemaNode)
	check = func(path string, s *schemaNode) {
		for _, key := range s.Keys {
			if !used[s.Properties[key]] {
				t.Errorf("%s is missing", join(path, key))
			}
			check(join(path, key), s.Properties[key])
		}
		for _, child := range []*schemaNode{s.Entries, s.Items} {
			if child != nil {
				check(join(path, "*"), child)
			}
		}
	}
	check("", specSchema())
}

// jsonValue turns a node into what encoding/json writes. Environments are left out: the
// schema describes them loosely.
func jsonValue(n *node) any {
	doc := jsonOf(n)
	if m, ok := doc.(map[string]any); ok {
		delete(m, "environments")
	}
	return doc
}

// eachPlace calls f for every value below doc, with functions that replace the value and
// rename its key until f returns.
func eachPlace(path string, doc any, f func(path string, set func(any), rename func(string))) {
	switch doc := doc.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(doc)) {
			old, at := doc[key], key
			f(join(path, key), func(v any) { doc[at] = v }, func(to string) {
				delete(doc, at)
				doc[to] = old
				at = to
			})
			delete(doc, at)
			doc[key] = old
			eachPlace(join(path, key), old, f)
		}
	case []any:
		for i, old := range doc {
			at := fmt.Sprintf("%s.%d", path, i)
			f(at, func(v any) { doc[i] = v }, nil)
			doc[i] = old
			eachPlace(at, old, f)
		}
	}
}

// TestLookup reads the documentation of places in the spec.
func TestLookup(t *testing.T) {
	for _, test := range []struct {
		path, why  string
		wantPath   string
		wantType   string
		wantNear   string
		wantAbsent bool
	}{
		{path: "", why: "the spec itself", wantType: "mapping"},
		{path: "endpoints.*.variants.*.scaling", why: "stars", wantPath: "endpoints.*.variants.*.scaling", wantType: "mapping"},
		{path: "endpoints.ranker.variants.main.scaling.minCapacity", why: "names", wantPath: "endpoints.*.variants.*.scaling.minCapacity", wantType: "whole number"},
		{path: "endpoints/ranker/variants/main/scaling", why: "slashes", wantPath: "endpoints.*.variants.*.scaling", wantType: "mapping"},
		{path: "policies.*.stepScaling.stepAdjustments.0.scalingAdjustment", why: "items", wantPath: "policies.*.stepScaling.stepAdjustments.*.scalingAdjustment", wantType: "whole number"},
		{path: "policies.*.stepScaling.adjustmentType", why: "enum", wantPath: "policies.*.stepScaling.adjustmentType", wantType: "one of a few words"},
		{path: "endpoints.*.variant", why: "misspelt", wantAbsent: true, wantNear: "endpoints.*.variants"},
		{path: "nothing.like.it", why: "unknown", wantAbsent: true},
	} {
		doc, near, ok := Lookup(test.path)
		if ok == test.wantAbsent || near != test.wantNear || doc.Path != test.wantPath || doc.Type != test.wantType {
			t.Errorf("%s: Lookup(%q) = %+v, %q, %v", test.why, test.path, doc, near, ok)
		}
		if ok && doc.Description == "" {
			t.Errorf("%s: no description", test.path)
		}
	}
	for _, path := range Paths() {
		if _, _, ok := Lookup(path); !ok {
			t.Errorf("Lookup does not find %q", path)
		}
	}
}
