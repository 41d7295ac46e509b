package spec

import (
	"fmt"
	"strings"
	"testing"
)

// fleetOf writes a spec of n endpoints with two policies, one alarm and one scheduled
// action each: the shape that `make bench` measures.
func fleetOf(n int) []byte {
	var b strings.Builder
	b.WriteString("apiVersion: scalectl/v1\nstack: bench\nregion: us-east-1\ntags: {team: ml}\nendpoints:\n")
	for i := range n {
		fmt.Fprintf(&b, `  endpoint-%05d:
    variants:
      main:
        instanceType: ml.g5.xlarge
        scaling:
          minCapacity: 1
          maxCapacity: 8
          policies:
            rate:
              targetTracking:
                predefinedMetric: SageMakerVariantInvocationsPerInstance
                targetValue: 70
                scaleInCooldown: 10m
                scaleOutCooldown: 5m
            errors:
              stepScaling:
                adjustmentType: ChangeInCapacity
                metricAggregationType: Average
                cooldown: 1m
                stepAdjustments:
                  - metricIntervalLowerBound: 0
                    metricIntervalUpperBound: 100
                    scalingAdjustment: 1
                  - metricIntervalLowerBound: 100
                    scalingAdjustment: 2
                alarm:
                  metricName: Invocations
                  namespace: AWS/SageMaker
                  dimensions:
                    EndpointName: ${endpoint}
                    VariantName: ${variant}
                  statistic: Sum
                  period: 1m
                  evaluationPeriods: 3
                  threshold: 500
                  comparisonOperator: GreaterThanOrEqualToThreshold
                  treatMissingData: notBreaching
          scheduledActions:
            office-open:
              schedule: cron(0 7 ? * MON-FRI *)
              timezone: Europe/Berlin
              minCapacity: 4
              maxCapacity: 8
`, i)
	}
	return []byte(b.String())
}

func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{10, 1_000, 10_000} {
		b.Run(fmt.Sprintf("endpoints=%d", n), func(b *testing.B) {
			data := fleetOf(n)
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if s, list := Load([]Source{{Name: "fleet.yaml", Data: data}}, Options{}); s == nil {
					b.Fatal(list[0])
				}
			}
		})
	}
}
