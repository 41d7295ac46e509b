package main

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/scalectl/scalectl/pkg/iam"
	"github.com/scalectl/scalectl/pkg/sandbox"
)

// former is an older file of a stack, beside which it had one more endpoint with every
// kind of object; what the endpoint is called is in formerSeed.
const former = `apiVersion: scalectl/v1
endpoints:
  former:
    variants:
      main:
        scaling:
          minCapacity: 1
          maxCapacity: 4
          policies:
            invocations:
              targetTracking:
                predefinedMetric: SageMakerVariantInvocationsPerInstance
                targetValue: 70
            steps:
              stepScaling:
                adjustmentType: ChangeInCapacity
                stepAdjustments: [{metricIntervalLowerBound: 0, scalingAdjustment: 1}]
                alarm:
                  metricName: CPUUtilization
                  namespace: /aws/sagemaker/Endpoints
                  dimensions: {EndpointName: "${endpoint}", VariantName: "${variant}"}
                  statistic: Average
                  period: 1m
                  evaluationPeriods: 2
                  comparisonOperator: GreaterThanThreshold
                  threshold: 80
          scheduledActions:
            open: {schedule: "cron(0 7 ? * MON-FRI *)", minCapacity: 2}
`

const formerSeed = `endpoints:
  former:
    variants:
      main: {instanceType: ml.m5.xlarge}
`

// TestIAM gives every example the rights of its document and no others: the sandbox
// refuses each action that is not in it, whether scalectl calls the action or AWS checks
// its caller for it. With them, plan and apply work in an empty account and in one that
// holds an older state of the stack. Without any single one of them, something fails.
func TestIAM(t *testing.T) {
	var universe []string
	for _, op := range sandbox.Operations() {
		if action := op.Service + ":" + op.Name; action != "sts:GetCallerIdentity" { // needs no right
			universe = append(universe, action)
		}
	}
	universe = append(universe, "iam:CreateServiceLinkedRole")

	examples, err := filepath.Glob("../../examples/*.yaml")
	if err != nil || len(examples) != 5 {
		t.Fatalf("%d examples: %v", len(examples), err)
	}
	seed, err := os.ReadFile("../../examples/sandbox/seed.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, example := range examples {
		t.Run(strings.TrimSuffix(filepath.Base(example), ".yaml"), func(t *testing.T) {
			srv, err := sandbox.New(sandbox.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range []string{string(seed), formerSeed} {
				if err := srv.Seed("us-east-1", []byte(s)); err != nil {
					t.Fatal(err)
				}
			}
			serve(t, srv)
			t.Chdir(examplesOf(t, example))
			must := func(args ...string) string {
				t.Helper()
				code, stdout, stderr := runExample(t, args)
				if code != exitDone {
					t.Fatalf("scalectl %s: exit code %d\n%s%s", strings.Join(args, " "), code, stdout, stderr)
				}
				return stdout
			}
			snapshot := func() []byte {
				t.Helper()
				state, err := srv.Snapshot()
				if err != nil {
					t.Fatal(err)
				}
				return state
			}
			fresh := snapshot()
			must("apply", "-f", "older.yaml", "-f", "former.yaml", "--auto-approve")
			older := snapshot()

			// works reports whether commands, each from the state before it, all succeed with
			// the actions allowed and nothing else.
			works := func(allowed []string, state []byte, commands ...[]string) bool {
				t.Helper()
				var deny []string
				for _, action := range universe {
					if !slices.Contains(allowed, action) {
						deny = append(deny, action)
					}
				}
				if err := srv.Restore(state); err != nil {
					t.Fatal(err)
				}
				if err := srv.SetFaults(sandbox.Faults{Deny: deny}); err != nil {
					t.Fatal(err)
				}
				defer func() {
					if err := srv.ClearFaults(); err != nil {
						t.Error(err)
					}
				}()
				for _, c := range commands {
					if code, _, _ := runExample(t, c); code != exitDone {
						return false
					}
				}
				return true
			}
			plan := []string{"plan", "-f", "fleet.yaml"}
			apply := []string{"apply", "-f", "fleet.yaml", "--auto-approve", "--allow", "delete"}
			for purpose, journey := range map[iam.Purpose][][]string{iam.Plan: {plan}, iam.Apply: {apply, plan}} {
				var doc iam.Document
				if err := json.Unmarshal([]byte(must("iam", "--for", string(purpose), "-f", "fleet.yaml")), &doc); err != nil {
					t.Fatal(err)
				}
				actions := doc.Actions()
				all := func(allowed []string) bool {
					return works(allowed, older, journey...) && works(allowed, fresh, journey...)
				}
				if !all(actions) {
					t.Errorf("%s: the document is not enough: %v", purpose, actions)
					continue
				}
				for _, action := range actions {
					without := slices.DeleteFunc(slices.Clone(actions), func(a string) bool { return a == action })
					if all(without) {
						t.Errorf("%s: nothing needs %s", purpose, action)
					}
					if strings.Contains(action, "*") {
						t.Errorf("%s: the action %s is a pattern", purpose, action)
					}
				}
			}
		})
	}
}

// examplesOf makes a folder with a stack as it is to be (fleet.yaml) and as it was
// (older.yaml with other tags, and former.yaml).
func examplesOf(t *testing.T, example string) string {
	t.Helper()
	data, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	var stack string
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "stack: ") {
			stack = line
		}
	}
	tagged := func(tag string) string {
		return strings.Replace(string(data), "\nregion:", "\ntags: {"+tag+"}\nregion:", 1)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"fleet.yaml": tagged("team: ml"), "older.yaml": tagged("owner: ml"),
		"former.yaml": strings.Replace(former, "endpoints:", stack+"endpoints:", 1),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// serve makes the sandbox the AWS of this process until the test ends.
func serve(t *testing.T, srv *sandbox.Server) {
	t.Helper()
	web := httptest.NewServer(srv)
	t.Cleanup(web.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": web.URL, "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
}
