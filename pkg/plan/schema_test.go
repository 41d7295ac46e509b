package plan_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/scalectl/scalectl/pkg/plan"
	"github.com/scalectl/scalectl/schemas"
)

// TestGoldensFitThePublishedSchema checks every golden plan against the schema that
// "scalectl schema plan" prints, and that the schema refuses what is not a plan.
func TestGoldensFitThePublishedSchema(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemas.Plan))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("plan.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("plan.json")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../../testdata/plan/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "plan.json" })
		if i < 0 {
			t.Errorf("%s has no plan.json", file)
			continue
		}
		text := archive.Files[i].Data
		instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(instance); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		members := instance.(map[string]any)
		for name := range members {
			if slices.Contains([]string{"selection", "notOwned", "notes", "environment"}, name) {
				continue
			}
			broken := make(map[string]any, len(members))
			for k, v := range members {
				broken[k] = v
			}
			delete(broken, name)
			if schema.Validate(broken) == nil {
				t.Errorf("%s: the schema takes a plan without %s", file, name)
			}
		}
	}
}

// TestSchemaNamesEveryMember walks the Go types of a plan and its schema side by side:
// neither may have a member that the other lacks, and each member has a description.
func TestSchemaNamesEveryMember(t *testing.T) {
	var root map[string]any
	if err := json.Unmarshal(schemas.Plan, &root); err != nil {
		t.Fatal(err)
	}
	defs := root["$defs"].(map[string]any)
	seen := map[reflect.Type]bool{}
	var walk func(path string, typ reflect.Type, node map[string]any)
	walk = func(path string, typ reflect.Type, node map[string]any) {
		for {
			ref, ok := node["$ref"].(string)
			if all, isAll := node["allOf"].([]any); !ok && isAll {
				ref, ok = all[0].(map[string]any)["$ref"].(string)
			}
			if !ok {
				break
			}
			node = defs[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)
		}
		switch typ.Kind() {
		case reflect.Pointer:
			walk(path, typ.Elem(), node)
		case reflect.Slice:
			walk(path+"[]", typ.Elem(), node["items"].(map[string]any))
		case reflect.Struct:
			if typ == reflect.TypeFor[time.Time]() || seen[typ] {
				return
			}
			seen[typ] = true
			properties, _ := node["properties"].(map[string]any)
			var inGo, inSchema []string
			for i := range typ.NumField() {
				f := typ.Field(i)
				name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
				inGo = append(inGo, name)
				child, ok := properties[name].(map[string]any)
				if !ok {
					continue
				}
				walk(path+"."+name, f.Type, child)
			}
			for name, child := range properties {
				inSchema = append(inSchema, name)
				child := child.(map[string]any)
				if child["description"] == nil && child["$ref"] == nil {
					t.Errorf("%s.%s has no description", path, name)
				}
			}
			slices.Sort(inGo)
			slices.Sort(inSchema)
			if diff := cmp.Diff(inGo, inSchema); diff != "" {
				t.Errorf("members of %s (-Go, +schema):\n%s", path, diff)
			}
		}
	}
	walk("plan", reflect.TypeFor[plan.Plan](), root)
	if len(seen) < 15 {
		t.Errorf("only %d types were compared", len(seen))
	}
	for name, def := range defs {
		if def.(map[string]any)["description"] == nil {
			t.Errorf("definition %s has no description", name)
		}
	}
}
