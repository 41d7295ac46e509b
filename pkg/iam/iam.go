// Package iam works out which rights a run of scalectl needs for a spec, as an IAM policy
// document. It decides only: it makes no call, reads no file and prints nothing.
//
// The document covers what this version calls, and what Application Auto Scaling checks
// that its caller could do. Besides what the spec asks for, that is the deletion of
// whatever an older spec of the stack may have left. GetCallerIdentity of STS needs no
// right and is not in it.
package iam

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/scalectl/scalectl/pkg/model"
)

// Purpose is what the rights are for.
type Purpose string

// The purposes. Apply includes Plan, because every apply reads first.
const (
	Plan  Purpose = "plan"
	Apply Purpose = "apply"
)

// MaxPolicySize is how many characters a managed policy may have, blanks not counted.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const MaxPolicySize = 6144

// Document is an IAM policy document.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
type Document struct {
	Version   string
	Statement []Statement
}

// Statement allows actions. Actions and resources are sorted.
type Statement struct {
	Sid       string
	Effect    string
	Action    []string
	Resource  []string
	Condition map[string]map[string]string `json:",omitempty"`
}

// Actions lists every action that the document allows, sorted, each once.
func (d Document) Actions() []string {
	var all []string
	for _, s := range d.Statement {
		all = append(all, s.Action...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// For returns the document for a spec. Account and region are those of the spec, any ("*")
// where it names none. named tells whether the document is limited to the endpoints,
// components and alarms that the spec names; it is not where their names would take more
// than MaxPolicySize.
func For(d model.Desired, purpose Purpose) (doc Document, named bool) {
	doc = build(d, purpose, true)
	if compact, err := json.Marshal(doc); err == nil && len(compact) <= MaxPolicySize {
		return doc, true
	}
	return build(d, purpose, false), false
}

// needs are what the spec has that takes rights of its own.
type needs struct {
	targets, policies, tracking, schedules bool
	endpoints, components                  []string // described
	scaledEndpoints, scaledComponents      []string // whose capacity Application Auto Scaling sets
	alarms                                 []string
}

func needsOf(d model.Desired) needs {
	var n needs
	for _, e := range d.Endpoints {
		n.endpoints = append(n.endpoints, e.Name)
		n.components = append(n.components, e.Components...)
	}
	for _, t := range d.Targets {
		n.targets = true
		n.policies = n.policies || len(t.Policies) > 0
		n.schedules = n.schedules || len(t.ScheduledActions) > 0
		for _, p := range t.Policies {
			n.tracking = n.tracking || p.TargetTracking != nil
		}
		for _, a := range t.Alarms {
			n.alarms = append(n.alarms, a.Name)
		}
		if c := t.ID.Component(); c != "" {
			n.scaledComponents = append(n.scaledComponents, c)
		} else {
			n.scaledEndpoints = append(n.scaledEndpoints, t.ID.Endpoint())
		}
	}
	n.endpoints = append(n.endpoints, n.scaledEndpoints...)
	n.components = append(n.components, n.scaledComponents...)
	return n
}

// document collects statements.
type document struct {
	Document
	account, region, partition string
	named                      bool
}

func build(d model.Desired, purpose Purpose, named bool) Document {
	doc := &document{account: d.Account, region: d.Region, partition: partition(d.Region), named: named}
	doc.Version = "2012-10-17"
	if doc.account == "" {
		doc.account = "*"
	}
	if doc.region == "" {
		doc.region = "*"
	}
	n := needsOf(d)
	doc.read(n)
	if purpose == Apply {
		doc.write(n, d.Stack)
	}
	return doc.Document
}

// partition is the first part of the ARNs of a region.
func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

func (doc *document) allow(sid string, actions, resources []string) *Statement {
	for _, list := range []*[]string{&actions, &resources} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	doc.Statement = append(doc.Statement, Statement{Sid: sid, Effect: "Allow", Action: actions, Resource: resources})
	return &doc.Statement[len(doc.Statement)-1]
}

func (doc *document) arn(service, resource string) string {
	return strings.Join([]string{"arn", doc.partition, service, doc.region, doc.account, resource}, ":")
}

// targets is every scalable target: their ARNs end in an id that AWS chooses.
func (doc *document) targets() []string {
	return []string{doc.arn("application-autoscaling", "scalable-target/*")}
}

// sagemaker returns the ARNs of resources by name.
//
// UNSURE fact 153: AWS's samples write names in lower case whatever they are, so a name
// with capitals is there in both forms.
func (doc *document) sagemaker(kind string, names []string) []string {
	if !doc.named {
		return []string{doc.arn("sagemaker", kind+"/*")}
	}
	var list []string
	for _, name := range names {
		list = append(list, doc.arn("sagemaker", kind+"/"+literal(name)), doc.arn("sagemaker", kind+"/"+literal(strings.ToLower(name))))
	}
	return list
}

// literal keeps a name from being taken for a pattern or a policy variable.
func literal(name string) string {
	return strings.NewReplacer("*", "${*}", "?", "${?}", "$", "${$}").Replace(name)
}

// read allows what a plan calls. The Describe calls of Application Auto Scaling take no
// resource, and neither does a list of alarms by prefix (fact 237). Tags are read of every
// target, because only they tell whose it is, and of alarms that drive policies whoever
// named them.
func (doc *document) read(n needs) {
	doc.allow("Read", []string{
		"application-autoscaling:DescribeScalableTargets",
		"application-autoscaling:DescribeScalingPolicies",
		"application-autoscaling:DescribeScheduledActions",
		"cloudwatch:DescribeAlarms",
	}, []string{"*"})
	doc.allow("ReadTags", []string{"application-autoscaling:ListTagsForResource", "cloudwatch:ListTagsForResource"},
		append(doc.targets(), doc.arn("cloudwatch", "alarm:*")))
	if len(n.endpoints) > 0 {
		doc.allow("ReadEndpoints", []string{"sagemaker:DescribeEndpoint", "sagemaker:DescribeEndpointConfig"},
			append(doc.sagemaker("endpoint", n.endpoints), doc.arn("sagemaker", "endpoint-config/*")))
	}
	if len(n.components) > 0 {
		doc.allow("ReadComponents", []string{"sagemaker:DescribeInferenceComponent"}, doc.sagemaker("inference-component", n.components))
	}
}

// serviceName is whose service-linked role Application Auto Scaling acts under (trap 22).
const serviceName = "sagemaker.application-autoscaling.amazonaws.com"

func (doc *document) write(n needs, stack string) {
	targets := []string{
		"application-autoscaling:DeleteScalingPolicy",
		"application-autoscaling:DeleteScheduledAction",
		"application-autoscaling:DeregisterScalableTarget",
	}
	if n.targets {
		targets = append(targets, "application-autoscaling:RegisterScalableTarget")
	}
	if n.policies {
		targets = append(targets, "application-autoscaling:PutScalingPolicy")
	}
	if n.schedules {
		targets = append(targets, "application-autoscaling:PutScheduledAction")
	}
	doc.allow("WriteTargets", targets, doc.targets()).Condition = map[string]map[string]string{
		"StringEquals": {"application-autoscaling:service-namespace": "sagemaker"},
	}
	if n.targets {
		doc.allow("TagTargets", []string{"application-autoscaling:TagResource", "application-autoscaling:UntagResource"}, doc.targets())
		doc.allow("FirstRegistration", []string{"iam:CreateServiceLinkedRole"}, []string{
			"arn:" + doc.partition + ":iam::" + doc.account + ":role/aws-service-role/" + serviceName +
				"/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint",
		}).Condition = map[string]map[string]string{"StringEquals": {"iam:AWSServiceName": serviceName}}
	}
	// Application Auto Scaling sets capacities only for callers who could (fact 232).
	if len(n.scaledEndpoints) > 0 {
		doc.allow("ScaleEndpoints", []string{"sagemaker:UpdateEndpointWeightsAndCapacities"}, doc.sagemaker("endpoint", n.scaledEndpoints))
	}
	if len(n.scaledComponents) > 0 {
		doc.allow("ScaleComponents", []string{"sagemaker:UpdateInferenceComponentRuntimeConfig"},
			doc.sagemaker("inference-component", n.scaledComponents))
	}
	doc.writeAlarms(n, stack)
}

// writeAlarms allows the alarms of the spec and those with the prefix of the stack, by
// which orphans are found.
func (doc *document) writeAlarms(n needs, stack string) {
	alarms := []string{doc.arn("cloudwatch", "alarm:"+literal("scalectl/"+stack+"/")+"*")}
	if !doc.named && len(n.alarms) > 0 {
		alarms = []string{doc.arn("cloudwatch", "alarm:*")}
	}
	for _, name := range n.alarms {
		if doc.named && !strings.HasPrefix(name, "scalectl/"+stack+"/") {
			alarms = append(alarms, doc.arn("cloudwatch", "alarm:"+literal(name)))
		}
	}
	actions := []string{"cloudwatch:DeleteAlarms"}
	if len(n.alarms) > 0 {
		actions = append(actions, "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", "cloudwatch:UntagResource")
	}
	doc.allow("WriteAlarms", actions, alarms)
	if n.tracking {
		// The caller of PutScalingPolicy must be able to make the alarms of target tracking
		// (fact 59). Which names the check uses is not written down, hence all.
		doc.allow("TrackingAlarms", []string{"cloudwatch:PutMetricAlarm"}, []string{doc.arn("cloudwatch", "alarm:*")})
	}
}
