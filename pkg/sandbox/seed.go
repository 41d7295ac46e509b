package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"
)

// seedFile is a fleet in few lines. Endpoints are in service at once. The lists below
// are inputs of the AWS operations, for what was made elsewhere: see testdata/seed.yaml.
type seedFile struct {
	Endpoints        map[string]seedEndpoint `yaml:"endpoints"`
	ScalableTargets  []yaml.Node             `yaml:"scalableTargets"`  // RegisterScalableTarget
	Policies         []yaml.Node             `yaml:"policies"`         // PutScalingPolicy
	Alarms           []yaml.Node             `yaml:"alarms"`           // PutMetricAlarm
	ScheduledActions []yaml.Node             `yaml:"scheduledActions"` // PutScheduledAction
}

type seedEndpoint struct {
	Async      bool                     `yaml:"async"`
	Config     string                   `yaml:"config"` // "" is <endpoint>-config
	Status     string                   `yaml:"status"` // "" is InService
	Variants   map[string]seedVariant   `yaml:"variants"`
	Components map[string]seedComponent `yaml:"components"`
	Tags       map[string]string        `yaml:"tags"`
}

type seedVariant struct {
	Model        string          `yaml:"model"` // "" is <endpoint>-model; none with components
	InstanceType string          `yaml:"instanceType"`
	Count        *int64          `yaml:"count"`  // nil is 1
	Weight       *float64        `yaml:"weight"` // nil is 1
	Serverless   *seedServerless `yaml:"serverless"`
	Managed      *struct {
		Min int64 `yaml:"min"`
		Max int64 `yaml:"max"`
	} `yaml:"managedInstanceScaling"`
}

type seedServerless struct {
	Memory      int64 `yaml:"memory"`
	Max         int64 `yaml:"max"`
	Provisioned int64 `yaml:"provisioned"`
}

type seedComponent struct {
	Variant string            `yaml:"variant"` // "" is the only one
	Copies  *int64            `yaml:"copies"`  // nil is 1
	Model   string            `yaml:"model"`   // "" is <component>-model
	Tags    map[string]string `yaml:"tags"`
}

var unknownField = regexp.MustCompile(`field (\S+) not found in type \S+`)

// Seed creates what a YAML document describes, all of it or nothing, without a trace in
// the call log. What exists already is left as it is, so that seeding twice is harmless.
// Unknown keys are errors that name the line.
func (s *Server) Seed(region string, doc []byte) error {
	var f seedFile
	dec := yaml.NewDecoder(bytes.NewReader(doc))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil {
		return fmt.Errorf("seed: %s", unknownField.ReplaceAllString(strings.TrimPrefix(err.Error(), "yaml: "), "unknown key $1"))
	}
	before, err := s.Snapshot()
	if err != nil {
		return err
	}
	return s.exclusively(func() error {
		c := &Call{Now: s.state.Clock.now(s.opts.Now), Region: s.state.region(region), RegionName: region,
			AccountID: s.opts.AccountID, server: s}
		if err := c.seed(&f); err != nil {
			return errors.Join(fmt.Errorf("seed: %w", err), s.setState(before))
		}
		return nil
	})
}

func (c *Call) seed(f *seedFile) error {
	for _, name := range sortedKeys(f.Endpoints) {
		if c.Region.Endpoints.Get(endpointKey(name)) != nil {
			continue
		}
		if err := c.seedEndpoint(name, f.Endpoints[name]); err != nil {
			return fmt.Errorf("endpoint %s: %w", name, err)
		}
	}
	policyARN := func(m Map) { // "policy:<resource id>/<policy name>" stands for the ARN
		for _, member := range alarmActionMembers {
			for i, a := range m.List(member) {
				name, ok := strings.CutPrefix(fmt.Sprint(a), "policy:")
				if !ok {
					continue
				}
				for key, p := range c.Region.Policies.All() {
					if ref, policy := splitKey(key); ref.resourceID+"/"+policy == name {
						m.List(member)[i] = p.ARN
					}
				}
			}
		}
	}
	exists := func(in Map, member string) bool {
		key := targetKey(in.Str("ServiceNamespace"), in.Str("ResourceId"), in.Str("ScalableDimension")) + in.Str(member)
		switch member {
		case "PolicyName":
			return c.Region.Policies.Get(key) != nil
		case "ScheduledActionName":
			return c.Region.ScheduledActions.Get(key) != nil
		case "AlarmName":
			return c.Region.Alarms.Get(in.Str(member)) != nil
		}
		return c.Region.Targets.Get(key) != nil
	}
	for _, list := range []struct {
		operation, name string
		nodes           []yaml.Node
	}{
		{ServiceAutoScaling + ":RegisterScalableTarget", "", f.ScalableTargets},
		{ServiceAutoScaling + ":PutScalingPolicy", "PolicyName", f.Policies},
		{ServiceCloudWatch + ":PutMetricAlarm", "AlarmName", f.Alarms},
		{ServiceAutoScaling + ":PutScheduledAction", "ScheduledActionName", f.ScheduledActions},
	} {
		for i := range list.nodes {
			n := &list.nodes[i]
			op := c.server.ops[list.operation]
			if op == nil {
				return fmt.Errorf("line %d: the sandbox does not imitate %s", n.Line, list.operation)
			}
			v, err := nodeValue(n, op.input)
			if err != nil {
				return err
			}
			in := asMap(v)
			if in != nil && list.name != "AlarmName" {
				setDefault(in, "ServiceNamespace", "sagemaker")
			}
			policyARN(in)
			if exists(in, list.name) {
				continue
			}
			if err := c.run(op, in); err != nil {
				return fmt.Errorf("line %d: %w", n.Line, err)
			}
		}
	}
	return nil
}

// run carries out an operation on behalf of the seed: checked, but not logged.
func (c *Call) run(op *Operation, in Map) error {
	var v violations
	checked, err := op.input.check(in, "", &v)
	if err != nil {
		return err
	}
	if msg := v.message(); msg != "" {
		return errors.New(msg)
	}
	call := *c
	call.In, call.Op = asMap(checked), op
	_, err = op.handle(&call)
	return err
}

// nodeValue reads YAML into the form of Map and refuses members that the shape does not
// know.
func nodeValue(n *yaml.Node, shape *Shape) (any, error) {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch n.Kind {
	case yaml.MappingNode:
		m := Map{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			k := n.Content[i]
			inner := shape.member(k.Value)
			if inner == nil {
				return nil, fmt.Errorf("line %d: unknown key %s", k.Line, k.Value)
			}
			v, err := nodeValue(n.Content[i+1], inner)
			if err != nil {
				return nil, err
			}
			m[k.Value] = v
		}
		return m, nil
	case yaml.SequenceNode:
		list := []any{}
		inner := shape
		if shape.kind == kindList {
			inner = shape.elem
		}
		for _, e := range n.Content {
			v, err := nodeValue(e, inner)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	}
	if shape.kind == kindString || n.Tag == "!!timestamp" {
		return n.Value, nil
	}
	var v any
	if err := n.Decode(&v); err != nil {
		return nil, fmt.Errorf("line %d: %w", n.Line, err)
	}
	if i, ok := v.(int); ok {
		return int64(i), nil
	}
	return v, nil
}

// member returns the shape of a member, nil if there is none of that name.
func (s *Shape) member(name string) *Shape {
	switch s.kind {
	case kindAny:
		return s
	case kindMap:
		return s.elem
	}
	for _, f := range s.fields {
		if f.Name == name {
			return f.Shape
		}
	}
	return nil
}
