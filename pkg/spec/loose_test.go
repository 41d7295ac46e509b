package spec_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scalectl/scalectl/pkg/spec"
)

// TestUnknownKeyHidesNothing checks that an object with an unknown key is still judged by
// the rules for what it says, and not for what the key may have been meant to say.
func TestUnknownKeyHidesNothing(t *testing.T) {
	const text = `apiVersion: scalectl/v1
stack: s
endpoints:
  e:
    variants:
      v:
        colour: red
        scaling:
          minCapacity: 4
          maxCapacity: 2
          polices: {}
          policies:
            rate:
              targetTracking:
                predefinedMetric: InvocationsPerInstance
                targetValue: 70
                scaleInCooldwon: 5m
            step:
              stepScaling:
                adjustmentType: ChangeInCapacity
                stepAdjustments: [{metricIntervalLowerBond: 0, scalingAdjustment: 1}]
                alarn: {}
          scheduledActions:
            open: {schedule: "cron(0 7 * * 1-5)", mincapacity: 1}
`
	_, list := spec.Load([]spec.Source{{Name: "f.yaml", Data: []byte(text)}}, spec.Options{})
	var got []string
	for _, d := range list {
		got = append(got, d.Position.String()+" "+d.Rule)
	}
	want := []string{
		"f.yaml:7:9 unknown-key",
		"f.yaml:9:24 capacity-range",
		"f.yaml:11:11 unknown-key",
		"f.yaml:15:35 predefined-metric",
		"f.yaml:17:17 unknown-key",
		"f.yaml:21:36 unknown-key",
		"f.yaml:22:17 unknown-key",
		"f.yaml:24:36 schedule-expression",
		"f.yaml:24:51 unknown-key",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}
