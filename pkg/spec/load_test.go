package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"

	"github.com/scalectl/scalectl/pkg/diag"
	"github.com/scalectl/scalectl/pkg/model"
)

// TestDesired holds what the whole grammar lowers to, and where each address was asked
// for, to golden files: once as it stands and once with its environment.
func TestDesired(t *testing.T) {
	data, err := os.ReadFile(wholeGrammar)
	if err != nil {
		t.Fatal(err)
	}
	for _, environment := range []string{"", "prod"} {
		name := "whole-grammar"
		if environment != "" {
			name += "." + environment
		}
		t.Run(name, func(t *testing.T) {
			s, list := Load([]Source{{Name: "whole-grammar.yaml", Data: data}}, Options{Environment: environment})
			if s == nil {
				t.Fatal(printList(list))
			}
			var places strings.Builder
			for _, address := range sortedKeys(s.Positions) {
				fmt.Fprintf(&places, "%s  %s\n", s.Positions[address], address)
			}
			desired, err := json.MarshalIndent(s.Desired, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join(fixtures, "desired", name+".txt")
			got := places.String() + "\n" + string(desired) + "\n"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("differs from %s (-want +got):\n%s", golden, diff)
			}
		})
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// TestShuffled requires that neither the order of the files, nor that of the keys, nor
// how a fleet is cut into files and documents changes what it asks for.
func TestShuffled(t *testing.T) {
	data, err := os.ReadFile(wholeGrammar)
	if err != nil {
		t.Fatal(err)
	}
	want, list := Load([]Source{{Name: "a.yaml", Data: data}}, Options{Environment: "prod"})
	if want == nil {
		t.Fatal(printList(list))
	}
	rapid.Check(t, func(t *rapid.T) {
		var doc yaml.Node
		if err := yaml.Unmarshal(data, &doc); err != nil {
			t.Fatal(err)
		}
		root := doc.Content[0]
		shuffleKeys(t, root)
		// Every endpoint and policy may move to a file of its own.
		files := map[string]*yaml.Node{}
		for i := 0; i < len(root.Content); i += 2 {
			key, value := root.Content[i], root.Content[i+1]
			if key.Value != "endpoints" && key.Value != "policies" {
				continue
			}
			kept := value.Content[:0]
			for j := 0; j < len(value.Content); j += 2 {
				name := rapid.SampledFrom([]string{"", "b.yaml", "c.yaml"}).Draw(t, "file")
				if name == "" {
					kept = append(kept, value.Content[j], value.Content[j+1])
					continue
				}
				f := files[name]
				if f == nil {
					f = &yaml.Node{Kind: yaml.MappingNode}
					files[name] = f
				}
				section := sectionOf(f, key.Value)
				section.Content = append(section.Content, value.Content[j], value.Content[j+1])
			}
			value.Content = kept
		}
		sources := []Source{{Name: "a.yaml", Data: encodeYAML(t, root)}}
		for _, name := range sortedKeys(files) {
			f := files[name]
			f.Content = append(f.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: "apiVersion"}, &yaml.Node{Kind: yaml.ScalarNode, Value: APIVersion})
			text := encodeYAML(t, f)
			if rapid.Bool().Draw(t, "document") {
				sources[0].Data = slices.Concat(sources[0].Data, []byte("---\n"), text)
				continue
			}
			sources = append(sources, Source{Name: name, Data: text})
		}
		sources = rapid.Permutation(sources).Draw(t, "sources")
		got, list := Load(sources, Options{Environment: "prod"})
		if got == nil {
			t.Fatalf("%s", printList(list))
		}
		if diff := cmp.Diff(want.Desired, got.Desired); diff != "" {
			t.Fatalf("shuffled spec differs (-want +got):\n%s", diff)
		}
	})
}

func shuffleKeys(t *rapid.T, n *yaml.Node) {
	for _, kid := range n.Content {
		shuffleKeys(t, kid)
	}
	if n.Kind != yaml.MappingNode || len(n.Content) < 4 {
		return
	}
	pairs := make([][2]*yaml.Node, len(n.Content)/2)
	for i := range pairs {
		pairs[i] = [2]*yaml.Node{n.Content[2*i], n.Content[2*i+1]}
	}
	for i, pair := range rapid.Permutation(pairs).Draw(t, "keys") {
		n.Content[2*i], n.Content[2*i+1] = pair[0], pair[1]
	}
}

func sectionOf(f *yaml.Node, key string) *yaml.Node {
	for i := 0; i < len(f.Content); i += 2 {
		if f.Content[i].Value == key {
			return f.Content[i+1]
		}
	}
	section := &yaml.Node{Kind: yaml.MappingNode}
	f.Content = append(f.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, section)
	return section
}

func encodeYAML(t *rapid.T, n *yaml.Node) []byte {
	var b bytes.Buffer
	if err := yaml.NewEncoder(&b).Encode(n); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const (
	header = "apiVersion: scalectl/v1\nstack: test\n"
	sound  = `        scaling:
          minCapacity: 1
          maxCapacity: 4
`
)

func loadText(t *testing.T, text string, opts Options) (*Spec, diag.List) {
	t.Helper()
	return Load([]Source{{Name: "spec.yaml", Data: []byte(text)}}, opts)
}

// TestEverythingInOneRun has mistakes of every level in different places: none hides
// another, and none is reported twice or as the echo of another.
func TestEverythingInOneRun(t *testing.T) {
	_, list := Load([]Source{
		{Name: "a.yaml", Data: []byte(header + `policies:
  broken:
    targetTracking: {predefinedMetric: SageMakerVariantInvocationsPerInstance, targetvalue: 70}
endpoints:
  misspelt:
    variants:
      main:
        scaling:
          minCapacity: 4
          maxCapacty: 2
  attached:
    variants:
      main:
        scaling:
          minCapacity: 4
          maxCapacity: 2
          policies:
            broken: {}
            elsewhere: {}
`)},
		{Name: "b.yaml", Data: []byte("apiVersion: scalectl/v1\npolicies:\n  elsewhere: {targetTracking: [\n")},
		{Name: "c.yaml", Data: []byte("apiVersion: scalectl/v1\nendpoints:\n  other:\n    variants:\n      main:\n        scaling: {minCapacity: 3, maxCapacity: 2}\n")},
	}, Options{})
	var got []string
	for _, d := range list {
		got = append(got, fmt.Sprintf("%s:%d %s", d.Position.File, d.Position.Line, d.Rule))
	}
	want := []string{
		"a.yaml:5 unknown-key",
		"a.yaml:12 unknown-key",
		"a.yaml:17 capacity-range",
		"b.yaml:3 yaml-syntax",
		"c.yaml:6 capacity-range",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s\n%s", diff, printList(list))
	}
}

// TestPatch checks what an environment does to values: mappings merge, lists and single
// values replace, null removes, and the rest stays.
func TestPatch(t *testing.T) {
	base := header + `tags: {team: ml, owner: ann}
policies:
  busy:
    stepScaling:
      adjustmentType: ChangeInCapacity
      stepAdjustments:
        - {metricIntervalLowerBound: 0, metricIntervalUpperBound: 10, scalingAdjustment: 1}
        - {metricIntervalLowerBound: 10, scalingAdjustment: 2}
      alarm: {metricName: Invocations, namespace: AWS/SageMaker, dimensions: {EndpointName: "${endpoint}", VariantName: "${variant}"}, statistic: Sum, period: 1m, evaluationPeriods: 3, threshold: 100, comparisonOperator: GreaterThanThreshold}
endpoints:
  ranker:
    variants:
      main:
        scaling:
          minCapacity: 1
          maxCapacity: 4
          protect: true
          policies: {busy: null}
          scheduledActions:
            morning: {schedule: "cron(0 7 ? * MON-FRI *)", minCapacity: 2, maxCapacity: 4}
  gone:
    variants:
      main:
        scaling: {minCapacity: 1, maxCapacity: 2}
environments:
  prod:
    stack: test-prod
    tags: {owner: null, stage: prod}
    policies:
      busy:
        stepScaling:
          stepAdjustments:
            - {metricIntervalLowerBound: 0, scalingAdjustment: 5}
          alarm: {threshold: 200}
    endpoints:
      gone: null
      ranker:
        variants:
          main:
            scaling:
              maxCapacity: 8
              protect: null
              scheduledActions: null
  dev: {}
`
	s, list := loadText(t, base, Options{Environment: "prod"})
	if s == nil {
		t.Fatal(printList(list))
	}
	if len(s.Desired.Targets) != 1 {
		t.Fatalf("%d targets, want 1", len(s.Desired.Targets))
	}
	target := s.Desired.Targets[0]
	if diff := cmp.Diff(map[string]string{"team": "ml", "stage": "prod", model.TagStack: "test-prod"}, target.Tags); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
	if target.MinCapacity != 1 || target.MaxCapacity != 8 || target.Protect || len(target.ScheduledActions) != 0 {
		t.Errorf("target is %+v", target)
	}
	if steps := target.Policies[0].StepScaling.StepAdjustments; len(steps) != 1 || steps[0].ScalingAdjustment != 5 {
		t.Errorf("steps are %+v", steps)
	}
	if alarm := target.Alarms[0]; alarm.Threshold != 200 || alarm.EvaluationPeriods != 3 {
		t.Errorf("alarm is %+v", alarm)
	}
	pos, ok := s.Origin("endpoints", "ranker", "variants", "main", "scaling", "maxCapacity")
	if !ok || pos.Line != 1+slices.Index(strings.Split(base, "\n"), "              maxCapacity: 8") {
		t.Errorf("the origin of maxCapacity is %v, %v", pos, ok)
	}
	if _, ok := s.Origin("endpoints", "gone"); ok {
		t.Error("a removed endpoint has an origin")
	}
	plainSpec, list := loadText(t, base, Options{})
	if plainSpec == nil || len(plainSpec.Desired.Targets) != 2 || plainSpec.Desired.Stack != "test" {
		t.Errorf("without an environment: %s", printList(list))
	}
}

// TestPositions checks where addresses point: a shared policy at the line that attaches
// it, everything else at its key.
func TestPositions(t *testing.T) {
	text := header + `policies:
  rate:
    targetTracking: {predefinedMetric: SageMakerVariantInvocationsPerInstance, targetValue: 70}
endpoints:
  ranker:
    variants:
      main:
` + sound + `          policies:
            rate: {}
    inferenceComponents:
      adapter:
` + sound
	s, list := loadText(t, text, Options{})
	if s == nil {
		t.Fatal(printList(list))
	}
	want := map[string]diag.Position{
		"endpoint/ranker":                          {File: "spec.yaml", Line: 7, Column: 3, Length: 6},
		"endpoint/ranker/variant/main":             {File: "spec.yaml", Line: 9, Column: 7, Length: 4},
		"endpoint/ranker/variant/main/policy/rate": {File: "spec.yaml", Line: 14, Column: 13, Length: 4},
		"inference-component/adapter":              {File: "spec.yaml", Line: 16, Column: 7, Length: 7},
	}
	if diff := cmp.Diff(want, s.Positions); diff != "" {
		t.Errorf("positions (-want +got):\n%s", diff)
	}
}

// TestSuppression checks which findings a comment takes away.
func TestSuppression(t *testing.T) {
	const because = "# scalectl:ignore capacity-range because the quota is being raised"
	for _, test := range []struct {
		why string
		// lines stand for the two lines of the bounds, of which the first is wrong.
		lines []string
		want  []string
	}{
		{"no comment", []string{"minCapacity: 4"}, []string{"capacity-range"}},
		{"on the line", []string{"minCapacity: 4 " + because}, nil},
		{"alone on the line above", []string{because, "minCapacity: 4"}, nil},
		{"above, with more comments and a blank between", []string{because, "# and more", "", "minCapacity: 4"}, nil},
		{"on the line below", []string{"minCapacity: 4", because}, []string{"capacity-range", "unused-suppression"}},
		{"at the end of the line above", []string{"protect: false " + because, "minCapacity: 4"}, []string{"capacity-range", "unused-suppression"}},
		{"another rule", []string{"minCapacity: 4 # scalectl:ignore zero-minimum because so"}, []string{"capacity-range", "unused-suppression"}},
		{"no reason", []string{"minCapacity: 4 # scalectl:ignore capacity-range because"}, []string{"capacity-range", "suppression"}},
	} {
		text := header + "endpoints:\n  ranker:\n    variants:\n      main:\n        scaling:\n"
		for _, line := range append(test.lines, "maxCapacity: 2") {
			text += "          " + line + "\n"
		}
		s, list := loadText(t, text, Options{})
		var got []string
		for _, d := range list {
			got = append(got, d.Rule)
		}
		slices.Sort(got)
		if !slices.Equal(got, test.want) || (s == nil) != (len(test.want) > 0) {
			t.Errorf("%s: findings %v, want %v\n%s", test.why, got, test.want, printList(list))
		}
	}
}

// TestDefaultAlarmName checks the form and the length of alarm names.
func TestDefaultAlarmName(t *testing.T) {
	id := model.VariantTarget("ranker", "main", model.InstanceCount)
	if got, want := DefaultAlarmName("ml", id.PolicyAddress("busy"), ""), "scalectl/ml/endpoint/ranker/variant/main/policy/busy"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := DefaultAlarmName("ml", id.PolicyAddress("busy"), "high"), "scalectl/ml/endpoint/ranker/variant/main/policy/busy/high"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	long := strings.Repeat("p", 250)
	a, b := DefaultAlarmName("ml", id.PolicyAddress(long), "a"), DefaultAlarmName("ml", id.PolicyAddress(long), "b")
	if len(a) != 255 || len(b) != 255 || a == b {
		t.Errorf("long names: %d %q, %d %q", len(a), a, len(b), b)
	}
	if !strings.HasPrefix(a, AlarmPrefix("ml")) {
		t.Errorf("%q lacks the prefix of the stack", a)
	}
}

// TestExpectations checks what the spec is taken to say about endpoints made elsewhere.
func TestExpectations(t *testing.T) {
	s, list := loadText(t, header+`endpoints:
  plain: {variants: {main: {instanceType: ml.g5.xlarge}}}
  queue: {async: {}, variants: {main: {}}}
  serverless: {variants: {main: {serverless: {memorySizeInMB: 2048, maxConcurrency: 20}}}}
  stated: {variants: {main: {scaling: {dimension: DesiredProvisionedConcurrency, minCapacity: 1, maxCapacity: 2}}}}
  shared: {inferenceComponents: {b: {}, a: {}}}
`, Options{})
	if s == nil {
		t.Fatal(printList(list))
	}
	main := func(v model.VariantExpectation) []model.VariantExpectation {
		v.Name = "main"
		return []model.VariantExpectation{v}
	}
	want := []model.EndpointExpectation{
		{Name: "plain", Variants: main(model.VariantExpectation{InstanceType: "ml.g5.xlarge"})},
		{Name: "queue", Kind: model.KindAsync, Variants: main(model.VariantExpectation{})},
		{Name: "serverless", Kind: model.KindServerless, Variants: main(model.VariantExpectation{MaxConcurrency: 20, MemorySizeInMB: 2048})},
		{Name: "shared", Kind: model.KindComponents, Components: []string{"a", "b"}},
		{Name: "stated", Kind: model.KindServerless, Variants: main(model.VariantExpectation{})},
	}
	if diff := cmp.Diff(want, s.Desired.Endpoints); diff != "" {
		t.Errorf("expectations (-want +got):\n%s", diff)
	}
}

// TestFindingsAreBounded loads a spec with more mistakes than anyone reads.
func TestFindingsAreBounded(t *testing.T) {
	text := header + "endpoints:\n" + numbered(2*maxFindings, "  e%d: {zzz: 1}\n")
	_, list := loadText(t, text, Options{})
	if len(list) != maxFindings+1 || list[len(list)-1].Rule != ruleFileLimits {
		t.Errorf("%d findings, the last of rule %s", len(list), list[len(list)-1].Rule)
	}
}
