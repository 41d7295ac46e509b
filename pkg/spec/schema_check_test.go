package spec

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSchemaFindings hands documents to the schema check that the decoder would refuse
// first: it finds every mistake at its key, in the endpoints as well as beside them.
func TestSchemaFindings(t *testing.T) {
	const text = `apiVersion: scalectl/v1
stack: s
colour: red
policies:
  p: {targetTracking: {targetValue: high}}
endpoints:
  good:
    variants: {v: {scaling: {minCapacity: 1, maxCapacity: 2}}}
  bad:
    variants:
      v:
        scaling:
          minCapacity: one
          maxCapacity: 2
          suspended: [1]
`
	docs, _, ok := parseFile(newSource("f.yaml", []byte(text)), newCollector())
	if !ok || len(docs) != 1 {
		t.Fatal("the document cannot be read")
	}
	var got []string
	for _, d := range schemaFindings(docs[0]).Sorted() {
		if d.Rule != ruleSchema || !strings.HasPrefix(d.Message, "the JSON schema refuses this: ") {
			t.Errorf("finding %v", d)
		}
		got = append(got, d.Position.String())
	}
	want := []string{"f.yaml:1:1", "f.yaml:5:24", "f.yaml:13:11", "f.yaml:15:11"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("positions (-want +got):\n%s", diff)
	}
}
