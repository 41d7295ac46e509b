package diag

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func TestSeverityText(t *testing.T) {
	for s, want := range map[Severity]string{Error: "error", Warning: "warning", Info: "info"} {
		if s.String() != want {
			t.Errorf("%d is %q", int(s), s)
		}
		data, err := json.Marshal(s)
		if err != nil || string(data) != `"`+want+`"` {
			t.Errorf("%s, %v", data, err)
		}
		var back Severity = -1
		if err := json.Unmarshal(data, &back); err != nil || back != s {
			t.Errorf("%s came back as %v, %v", want, back, err)
		}
	}
	var s Severity
	for _, bad := range []string{"", "Error", "fatal", "severity(7)"} {
		if err := s.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q is a severity", bad)
		}
	}
	if got := Severity(7).String(); got != "severity(7)" {
		t.Errorf("an unknown severity is %q", got)
	}
	if (Diagnostic{}).Severity != Error {
		t.Error("a finding whose author forgot the severity is not an error")
	}
}

func TestPosition(t *testing.T) {
	for _, tt := range []struct {
		p    Position
		want string
	}{
		{Position{}, ""},
		{Position{File: "a.yaml"}, "a.yaml"},
		{Position{File: "a.yaml", Line: 3}, "a.yaml:3"},
		{Position{File: "a.yaml", Line: 3, Column: 9, Length: 4}, "a.yaml:3:9"},
	} {
		if got := tt.p.String(); got != tt.want {
			t.Errorf("%+v is %q, not %q", tt.p, got, tt.want)
		}
		if got := tt.p.IsZero(); got != (tt.want == "") {
			t.Errorf("%+v is no place: %v", tt.p, got)
		}
	}
}

func TestDiagnosticError(t *testing.T) {
	d := Diagnostic{Rule: "capacity-range", Message: "minCapacity 4 is above maxCapacity 2"}
	if got := d.Error(); got != "minCapacity 4 is above maxCapacity 2 [capacity-range]" {
		t.Error(got)
	}
	d.Position = Position{File: "fleet.yaml", Line: 9, Column: 7}
	if got := d.Error(); got != "fleet.yaml:9:7: minCapacity 4 is above maxCapacity 2 [capacity-range]" {
		t.Error(got)
	}
}

func TestListCounts(t *testing.T) {
	list := List{{Severity: Warning}, {Severity: Info}, {Severity: Warning}}
	if list.HasErrors() || list.Count(Warning) != 2 || list.Count(Error) != 0 {
		t.Errorf("%v, %d warnings, %d errors", list.HasErrors(), list.Count(Warning), list.Count(Error))
	}
	if !append(list, Diagnostic{}).HasErrors() || (List)(nil).HasErrors() {
		t.Error("the zero diagnostic is the only error")
	}
}

func TestSorted(t *testing.T) {
	at := func(file string, line, column int) Position { return Position{File: file, Line: line, Column: column} }
	want := List{
		{Rule: "z", Position: at("a.yaml", 1, 1)},
		{Rule: "a", Position: at("a.yaml", 2, 1)},
		{Rule: "a", Position: at("a.yaml", 2, 5), Message: "one"},
		{Rule: "a", Position: at("a.yaml", 2, 5), Message: "two"},
		{Rule: "b", Position: at("a.yaml", 2, 5)},
		{Rule: "a", Position: at("a.yaml", 2, 5), Severity: Warning},
		{Rule: "a", Position: at("a.yaml", 10, 1)},
		{Rule: "a", Position: at("b.yaml", 1, 1)},
	}
	mixed := slices.Clone(want)
	slices.Reverse(mixed)
	mixed = append(mixed, want[3], want[0])
	before := slices.Clone(mixed)
	if diff := cmp.Diff(want, mixed.Sorted()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(before, mixed); diff != "" {
		t.Errorf("the receiver changed: %s", diff)
	}
}

// TestSortedIgnoresOrder: findings that differ in anything that is shown come in one
// order, however they were collected.
func TestSortedIgnoresOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		small := rapid.IntRange(0, 2)
		list := rapid.SliceOf(rapid.Custom(func(t *rapid.T) Diagnostic {
			return Diagnostic{
				Severity: Severity(small.Draw(t, "severity")), Rule: strings.Repeat("r", small.Draw(t, "rule")),
				Position: Position{File: strings.Repeat("f", small.Draw(t, "file")), Line: small.Draw(t, "line"), Length: small.Draw(t, "length")},
				Message:  strings.Repeat("m", small.Draw(t, "message")), Hint: strings.Repeat("h", small.Draw(t, "hint")),
				Related: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Related { return Related{Message: strings.Repeat("x", small.Draw(t, "why"))} }), 0, 2).Draw(t, "related"),
			}
		})).Draw(t, "list")
		sorted := List(list).Sorted()
		shuffled := List(rapid.Permutation(list).Draw(t, "shuffled")).Sorted()
		if diff := cmp.Diff(sorted, shuffled, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
		if diff := cmp.Diff(sorted, sorted.Sorted()); diff != "" {
			t.Fatalf("sorting again: %s", diff)
		}
		for _, d := range list {
			same := func(s Diagnostic) bool {
				return s.Position == d.Position && s.Severity == d.Severity && s.Rule == d.Rule && s.Message == d.Message
			}
			if !slices.ContainsFunc(sorted, same) {
				t.Fatalf("%+v got lost", d)
			}
		}
	})
}
