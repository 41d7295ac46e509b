package sandbox

import (
	"maps"
	"strings"
)

const maxSageMakerTags = 50 // fact 154

// smTagMap reads the tags of a create call or of AddTags.
func smTagMap(list []Map) (map[string]string, *Error) {
	tags := make(map[string]string, len(list))
	for _, t := range list {
		key := t.Str("Key")
		if strings.HasPrefix(strings.ToLower(key), "aws:") {
			return nil, invalidf("Tag keys must not begin with aws:, which is reserved: %s", key)
		}
		if _, twice := tags[key]; twice {
			return nil, invalidf("Duplicate tag key: %s", key)
		}
		tags[key] = t.Str("Value")
	}
	return tags, nil
}

// smTagsOf finds the tags of the object that ResourceArn names.
func (c *Call) smTagsOf() (*map[string]string, *Error) {
	arn := c.In.Str("ResourceArn")
	resource, ours := strings.CutPrefix(arn, c.ARN(ServiceSageMaker, ""))
	kind, name, _ := strings.Cut(resource, "/")
	if !ours {
		return nil, invalidf("%q is not of this account and region.", arn)
	}
	switch kind {
	case "model":
		if m := lookUp(&c.Region.Models, name); m != nil {
			return &m.Tags, nil
		}
	case "endpoint-config":
		if ec := lookUp(&c.Region.EndpointConfigs, name); ec != nil {
			return &ec.Tags, nil
		}
	case "endpoint":
		if e := c.Region.Endpoints.Get(endpointKey(name)); e != nil {
			return &e.Tags, nil
		}
	case "inference-component":
		if ic := lookUp(&c.Region.Components, name); ic != nil {
			return &ic.Tags, nil
		}
	default:
		return nil, invalidf("The sandbox keeps no tags for %q.", arn)
	}
	return nil, invalidf("Could not find %s %q.", smKinds[kind], arn)
}

// lookUp finds an object by its name as ARNs spell it, in lower case. Two names that differ
// in case only would share an ARN, so that creating the second one is refused.
func lookUp[T any](t *Table[T], name string) *T {
	if row := t.Get(name); row != nil {
		return row
	}
	for key, row := range t.All() {
		if strings.EqualFold(key, name) {
			return row
		}
	}
	return nil
}

// addSageMakerTags sets tags, replacing those of the same key, and answers with the tags
// it was sent.
//
// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AddTags.html
func addSageMakerTags(c *Call) (Map, error) {
	tags, err := c.smTagsOf()
	if err != nil {
		return nil, err
	}
	more, err := smTagMap(c.In.Maps("Tags"))
	if err != nil {
		return nil, err
	}
	merged := make(map[string]string, len(*tags)+len(more))
	maps.Copy(merged, *tags)
	maps.Copy(merged, more)
	if len(merged) > maxSageMakerTags { // wording ours; the operation has no modelled error
		return nil, invalidf("A resource can have at most %d tags.", maxSageMakerTags)
	}
	*tags = merged
	return Map{"Tags": tagList(more)}, nil
}

func deleteSageMakerTags(c *Call) (Map, error) {
	tags, err := c.smTagsOf()
	if err != nil {
		return nil, err
	}
	for _, key := range c.In.Strs("TagKeys") {
		delete(*tags, key)
	}
	return Map{}, nil
}

func listSageMakerTags(c *Call) (Map, error) {
	tags, err := c.smTagsOf()
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, key := range sortedKeys(*tags) {
		rows = append(rows, row{key: key, show: func() Map { return Map{"Key": key, "Value": (*tags)[key]} }})
	}
	items, next, ok := cutPage(c, rows, false, "MaxResults", maxSageMakerTags)
	if !ok {
		return nil, badPageToken()
	}
	return Map{"Tags": items, "NextToken": next}, nil
}

// badPageToken has no modelled error either; the wording is ours.
func badPageToken() *Error { return invalidf("Invalid NextToken.") }
