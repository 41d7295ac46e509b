package live

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"github.com/scalectl/scalectl/pkg/model"
)

// alarmsPerCall is both the largest page and the longest list of names of DescribeAlarms
// (fact 219).
const alarmsPerCall = 100

// alarmSet holds alarms by name.
type alarmSet map[string]model.ObservedAlarm

// alarmsByPrefix reads the alarms whose name begins with the prefix.
func (r *reading) alarmsByPrefix(ctx context.Context, prefix string) (alarmSet, error) {
	return r.describeAlarms(ctx, cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: aws.String(prefix)}, "describe alarms with prefix "+prefix)
}

// readAlarms adds the named alarms to those with the prefix, and everybody's tags. Names
// with the prefix are not asked for again: what the list did not show does not exist.
// Names of alarms that do not exist are left out.
func (r *reading) readAlarms(ctx context.Context, alarms alarmSet, prefix string, names []string) (alarmSet, error) {
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return strings.HasPrefix(name, prefix) })
	for chunk := range slices.Chunk(names, alarmsPerCall) {
		more, err := r.describeAlarms(ctx, cloudwatch.DescribeAlarmsInput{AlarmNames: chunk}, "describe alarms by name")
		if err != nil {
			return nil, err
		}
		for name, a := range more {
			alarms[name] = a
		}
	}
	list := make([]model.ObservedAlarm, 0, len(alarms))
	for _, a := range alarms {
		list = append(list, a)
	}
	err := r.each(ctx, ReadingAlarmTags, len(list), func(ctx context.Context, i int) error {
		return r.clients.fillAlarmTags(ctx, &list[i])
	})
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		alarms[a.Name] = a
	}
	return alarms, nil
}

func (r *reading) describeAlarms(ctx context.Context, in cloudwatch.DescribeAlarmsInput, what string) (alarmSet, error) {
	alarms := alarmSet{}
	err := r.pages(ctx, ReadingAlarms, func(ctx context.Context, token *string) (*string, int, error) {
		in := in
		in.NextToken = token
		in.MaxRecords = aws.Int32(alarmsPerCall)
		out, err := r.clients.CloudWatch.DescribeAlarms(ctx, &in)
		if err != nil {
			return nil, 0, failed(err, "%s", what)
		}
		for _, a := range out.MetricAlarms {
			alarm, err := FlattenAlarm(a)
			if err != nil {
				return nil, 0, failed(err, "%s", what)
			}
			alarms[alarm.Name] = alarm
		}
		return out.NextToken, len(out.MetricAlarms), nil
	})
	return alarms, err
}

func (c *Clients) fillAlarmTags(ctx context.Context, a *model.ObservedAlarm) error {
	out, err := c.CloudWatch.ListTagsForResource(ctx, &cloudwatch.ListTagsForResourceInput{ResourceARN: aws.String(a.ARN)})
	if IsNotFound(err) {
		return &MovedError{What: a.Address()}
	}
	if err != nil {
		return failed(err, "list tags of %s", a.Address())
	}
	a.Tags = flattenTags(out.Tags)
	return nil
}
