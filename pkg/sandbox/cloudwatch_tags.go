package sandbox

import (
	"net/http"
	"strings"
)

// maxAlarmTags is how many tags an alarm may have (fact 208).
const maxAlarmTags = 50

// alarmTags reads a list of tags.
func alarmTags(list []Map) (map[string]string, *Error) {
	tags := make(map[string]string, len(list))
	for _, t := range list {
		key := t.Str("Key")
		if strings.HasPrefix(strings.ToLower(key), "aws:") {
			return nil, invalidAlarmValue("Tag keys must not begin with aws:, which is reserved: %s", key)
		}
		tags[key] = t.Str("Value")
	}
	if len(tags) > maxAlarmTags {
		return nil, invalidAlarmValue("An alarm can have at most %d tags", maxAlarmTags)
	}
	return tags, nil
}

// alarmByARN finds what a tag operation is about; of what CloudWatch tags, the sandbox has alarms.
func alarmByARN(c *Call) (*Alarm, *Error) {
	arn := c.In.Str("ResourceARN")
	parts := strings.SplitN(arn, ":", 7)
	if len(parts) < 7 || parts[0] != "arn" || parts[2] != "cloudwatch" || parts[5] != "alarm" {
		return nil, invalidAlarmValue("%s is not the ARN of an alarm", arn)
	}
	if a := c.Region.Alarms.Get(parts[6]); a != nil && a.ARN == arn {
		return a, nil
	}
	e := failf("ResourceNotFoundException", "Unknown resource: %s", arn)
	e.Status = http.StatusNotFound
	e.Fields = Map{"ResourceType": "alarm", "ResourceId": parts[6]}
	return nil, e
}

func tagAlarm(c *Call) (Map, error) {
	a, err := alarmByARN(c)
	if err != nil {
		return nil, err
	}
	tags, err := alarmTags(c.In.Maps("Tags"))
	if err != nil {
		return nil, err
	}
	merged := make(map[string]string, len(a.Tags)+len(tags))
	for _, m := range []map[string]string{a.Tags, tags} {
		for k, v := range m {
			merged[k] = v
		}
	}
	if len(merged) > maxAlarmTags {
		return nil, invalidAlarmValue("An alarm can have at most %d tags", maxAlarmTags)
	}
	a.Tags = merged
	return Map{}, nil
}

func untagAlarm(c *Call) (Map, error) {
	a, err := alarmByARN(c)
	if err != nil {
		return nil, err
	}
	for _, key := range c.In.Strs("TagKeys") {
		delete(a.Tags, key)
	}
	return Map{}, nil
}

func listAlarmTags(c *Call) (Map, error) {
	a, err := alarmByARN(c)
	if err != nil {
		return nil, err
	}
	return Map{"Tags": tagList(a.Tags)}, nil
}

// tagList shows tags as the Key and Value pairs of CloudWatch and SageMaker, by key.
func tagList(tags map[string]string) []any {
	out := []any{}
	for _, k := range sortedKeys(tags) {
		out = append(out, Map{"Key": k, "Value": tags[k]})
	}
	return out
}
