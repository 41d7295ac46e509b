package sandbox

import (
	"fmt"
	"iter"
	"math"
)

// describeScalingActivities shows the newest first (facts 43, 48).
func describeScalingActivities(c *Call) (Map, error) {
	ids, dimension := optionalID(c.In), c.In.Str("ScalableDimension")
	if err := c.describeFilter(len(ids) > 0); err != nil {
		return nil, err
	}
	notScaled := c.In.Bool("IncludeNotScaledActivities")
	items, next, err := page(c, c.newestFirst(), pageSize, func(_ string, a *Activity) (Map, bool) {
		ref := targetRef{namespace: a.Namespace, resourceID: a.ResourceID, dimension: a.Dimension}
		if !ref.matches(c.In.Str("ServiceNamespace"), ids, dimension) || (len(a.NotScaled) > 0 && !notScaled) ||
			a.Start.Before(c.Now.Add(-activityMemory)) {
			return nil, false
		}
		m := Map{"ActivityId": a.ID, "ServiceNamespace": a.Namespace, "ResourceId": a.ResourceID,
			"ScalableDimension": a.Dimension, "Description": a.Description, "Cause": a.Cause, "StartTime": a.Start,
			"StatusCode": a.Status}
		if a.End != nil {
			m["EndTime"] = *a.End
		}
		if a.Message != "" {
			m["StatusMessage"] = a.Message
		}
		if len(a.NotScaled) > 0 {
			m["NotScaledReasons"] = mapList(a.NotScaled)
		}
		return m, true
	})
	if err != nil {
		return nil, err
	}
	return Map{"ScalingActivities": items, "NextToken": next}, nil
}

// newestFirst walks the activities under keys that grow from the newest to the oldest, so
// that a page token stays right while new ones arrive.
func (c *Call) newestFirst() iter.Seq2[string, *Activity] {
	return func(yield func(string, *Activity) bool) {
		for i := len(c.Region.Activities) - 1; i >= 0; i-- {
			a := c.Region.Activities[i]
			if !yield(fmt.Sprintf("%019d", math.MaxInt64-a.Seq), a) {
				return
			}
		}
	}
}
