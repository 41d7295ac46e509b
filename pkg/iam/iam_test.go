package iam

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/scalectl/scalectl/pkg/model"
)

func fleet() model.Desired {
	variant := model.VariantTarget("Ranker", "main", model.InstanceCount)
	component := model.ComponentTarget("llm")
	return model.Desired{
		Stack: "recommender", Account: "111122223333", Region: "eu-west-1",
		Endpoints: []model.EndpointExpectation{{Name: "shared", Components: []string{"llm"}}},
		Targets: []model.Target{
			{
				ScalableTarget:   model.ScalableTarget{ID: variant},
				Policies:         []model.Policy{{Target: variant, Name: "tt", TargetTracking: &model.TargetTracking{}}},
				ScheduledActions: []model.ScheduledAction{{Target: variant, Name: "open"}},
			},
			{
				ScalableTarget: model.ScalableTarget{ID: component},
				Policies:       []model.Policy{{Target: component, Name: "steps", StepScaling: &model.StepScaling{}}},
				Alarms:         []model.Alarm{{Name: "scalectl/recommender/llm"}, {Name: "wake? $5*"}},
			},
		},
	}
}

// resources returns where the document allows an action.
func resources(t *testing.T, d Document, action string) []string {
	t.Helper()
	var list []string
	for _, s := range d.Statement {
		if slices.Contains(s.Action, action) {
			list = append(list, s.Resource...)
		}
	}
	if list == nil {
		t.Errorf("%s is not allowed", action)
	}
	return list
}

func TestForLimitsResources(t *testing.T) {
	doc, named := For(fleet(), Apply)
	if !named {
		t.Error("the names do not fit")
	}
	const sagemaker, cloudwatch = "arn:aws:sagemaker:eu-west-1:111122223333:", "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:"
	for action, want := range map[string][]string{
		"application-autoscaling:DescribeScalableTargets": {"*"},
		"application-autoscaling:RegisterScalableTarget":  {"arn:aws:application-autoscaling:eu-west-1:111122223333:scalable-target/*"},
		"sagemaker:DescribeEndpoint":                      {sagemaker + "endpoint-config/*", sagemaker + "endpoint/Ranker", sagemaker + "endpoint/ranker", sagemaker + "endpoint/shared"},
		"sagemaker:UpdateEndpointWeightsAndCapacities":    {sagemaker + "endpoint/Ranker", sagemaker + "endpoint/ranker"},
		"sagemaker:UpdateInferenceComponentRuntimeConfig": {sagemaker + "inference-component/llm"},
		"cloudwatch:DeleteAlarms":                         {cloudwatch + "scalectl/recommender/*", cloudwatch + "wake${?} ${$}5${*}"},
		"iam:CreateServiceLinkedRole":                     {"arn:aws:iam::111122223333:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"},
	} {
		if diff := cmp.Diff(want, resources(t, doc, action)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", action, diff)
		}
	}
}

func TestForHasConditions(t *testing.T) {
	doc, _ := For(fleet(), Apply)
	for action, want := range map[string]map[string]string{
		// Not application-autoscaling.amazonaws.com, which some samples have (trap 22).
		"iam:CreateServiceLinkedRole":              {"iam:AWSServiceName": "sagemaker.application-autoscaling.amazonaws.com"},
		"application-autoscaling:PutScalingPolicy": {"application-autoscaling:service-namespace": "sagemaker"},
	} {
		for _, s := range doc.Statement {
			if slices.Contains(s.Action, action) {
				if diff := cmp.Diff(want, s.Condition["StringEquals"]); diff != "" {
					t.Errorf("%s (-want +got):\n%s", action, diff)
				}
			}
		}
	}
}

func TestForAllowsOnlyWhatTheSpecNeeds(t *testing.T) {
	empty, _ := For(model.Desired{Stack: "gone"}, Apply)
	for _, action := range empty.Actions() {
		for _, verb := range []string{":Put", ":Register", ":Update", ":Create", ":Tag", ":Untag", "sagemaker:"} {
			if strings.Contains(action, verb) {
				t.Errorf("a spec without endpoints is allowed %s", action)
			}
		}
	}
	if got := resources(t, empty, "cloudwatch:DeleteAlarms"); !slices.Equal(got, []string{"arn:aws:cloudwatch:*:*:alarm:scalectl/gone/*"}) {
		t.Errorf("without account and region: %v", got)
	}
	reading, _ := For(fleet(), Plan)
	for _, action := range reading.Actions() {
		_, verb, _ := strings.Cut(action, ":")
		if !strings.HasPrefix(verb, "Describe") && !strings.HasPrefix(verb, "List") {
			t.Errorf("plan is allowed %s", action)
		}
	}
	applying, _ := For(fleet(), Apply)
	for _, action := range reading.Actions() {
		if !slices.Contains(applying.Actions(), action) {
			t.Errorf("plan needs %s, and apply is not allowed it", action)
		}
	}
}

func TestForKnowsPartitions(t *testing.T) {
	for region, want := range map[string]string{"us-east-1": "arn:aws:", "cn-north-1": "arn:aws-cn:", "us-gov-west-1": "arn:aws-us-gov:", "": "arn:aws:"} {
		doc, _ := For(model.Desired{Stack: "s", Region: region}, Apply)
		for _, r := range resources(t, doc, "application-autoscaling:DeregisterScalableTarget") {
			if !strings.HasPrefix(r, want) {
				t.Errorf("%q: %s", region, r)
			}
		}
	}
}

// TestForFitsAPolicy: names give way before the document is larger than AWS takes, and the
// actions stay what they are.
func TestForFitsAPolicy(t *testing.T) {
	d := fleet()
	small, _ := For(d, Apply)
	for i := range 300 {
		id := model.VariantTarget(fmt.Sprintf("endpoint-%d", i), "main", model.InstanceCount)
		d.Targets = append(d.Targets, model.Target{
			ScalableTarget: model.ScalableTarget{ID: id}, Alarms: []model.Alarm{{Name: fmt.Sprintf("alarm-%d", i)}},
		})
	}
	doc, named := For(d, Apply)
	compact, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	if named || len(compact) > MaxPolicySize {
		t.Errorf("named %v, %d characters", named, len(compact))
	}
	if diff := cmp.Diff(small.Actions(), doc.Actions()); diff != "" {
		t.Errorf("actions (-few names +many):\n%s", diff)
	}
	if got := resources(t, doc, "sagemaker:UpdateEndpointWeightsAndCapacities"); !slices.Equal(got, []string{"arn:aws:sagemaker:eu-west-1:111122223333:endpoint/*"}) {
		t.Errorf("many endpoints: %v", got)
	}
}
