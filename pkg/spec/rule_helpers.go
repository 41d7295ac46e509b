package spec

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/scalectl/scalectl/pkg/model"
)

// inside returns the place of some bytes within a scalar, or of the whole scalar where
// the file does not hold these bytes as they are (escapes, several lines, ${env:…}).
func inside(v Val[string], offset, length int) Place {
	n := v.at()
	if n == nil || offset < 0 || offset+length > len(v.Get()) {
		return v
	}
	part := v.Get()[offset : offset+length]
	line := string(n.src.line(int(n.line)))
	start := n.position().Column - 1
	at := strings.Index(line[min(max(start, 0), len(line)):], v.Get())
	if at < 0 || at > 1 { // 1 is an opening quote
		return v
	}
	start += at + offset
	return place{&node{src: n.src, line: n.line, col: int32(utf8.RuneCountInString(line[:start]) + 1),
		kind: scalarNode, plain: true, value: part}}
}

// nearestName returns the name that a text was probably meant to be, when it differs in no
// more than two letters. It is stricter than suggest, for findings that rest on the
// likeness alone.
func nearestName(text string, names []string) (string, bool) {
	best, wrong := "", min(3, len(text)/4)
	for _, name := range names {
		if n := typos(strings.ToLower(text), strings.ToLower(name), wrong); n < wrong {
			best, wrong = name, n
		}
	}
	return best, best != ""
}

// number writes a float the way a spec would: without an exponent or trailing zeros.
func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// rounded cuts what binary fractions add: 0.57 times 100 is 57.
func rounded(f float64) float64 { return math.Round(f*1e6) / 1e6 }

// hasControl reports whether a text holds a control character.
func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// atDefinition returns a place in the definition of a policy when the target has the
// policy for itself, and the line that attaches it when the definition is shared, so that
// the finding stands where the two do not fit together.
func (u *policyUse) atDefinition(at Place) Place {
	if u.Def.Shared {
		return u.Attach
	}
	return at
}

// servingKind returns how the endpoint of a target serves: as stated, or as its dimension
// or the metrics that its policies follow give away. It is "" when nothing tells.
func (p *pass) servingKind(t *target) model.EndpointKind {
	switch {
	case t.KindStated:
		return t.Kind
	case t.ID.Dimension == model.ProvisionedConcurrency:
		return model.KindServerless
	case t.ID.Dimension == model.CopyCount:
		return model.KindComponents
	case p.followsQueue(t):
		return model.KindAsync
	}
	return ""
}

// followsQueue reports whether a policy of the target follows a metric that only
// asynchronous endpoints publish, of this very endpoint.
func (p *pass) followsQueue(t *target) bool {
	return slices.ContainsFunc(t.Policies, func(u *policyUse) bool {
		return slices.ContainsFunc(u.metrics(), func(m followedMetric) bool {
			known, ok := findMetric(m.namespace, m.name)
			return ok && slices.Equal(known.kinds, []model.EndpointKind{model.KindAsync}) &&
				m.dimensions["EndpointName"] == t.ID.Endpoint()
		})
	})
}

// followedMetric is a metric that a policy on a target depends on, with ${endpoint} and
// the like filled in.
type followedMetric struct {
	name, namespace string
	dimensions      map[string]string
	alarm           *alarmUse // nil for target tracking
	math            bool
	at              Place            // its name in the definition
	written         Map[Val[string]] // its dimensions in the definition
}

// metrics lists the metrics that the policy depends on.
func (u *policyUse) metrics() []followedMetric {
	var out []followedMetric
	queries := func(list List[*MetricQuery], alarm *alarmUse, resolved []model.MetricQuery) {
		stats := map[string]*model.MetricStat{}
		for _, r := range resolved {
			stats[r.ID] = r.MetricStat
		}
		for _, q := range list.All() {
			if stat := stats[q.ID.Get()]; stat != nil && q.MetricStat != nil {
				out = append(out, followedMetric{stat.MetricName, stat.Namespace, stat.Dimensions, alarm, true, q.MetricStat.MetricName, q.MetricStat.Dimensions})
			}
		}
	}
	if tt := u.Model.TargetTracking; tt != nil && tt.CustomizedMetric != nil && u.Def.TargetTracking != nil {
		m, written := tt.CustomizedMetric, u.Def.TargetTracking.CustomizedMetric
		if m.MetricName != "" {
			out = append(out, followedMetric{m.MetricName, m.Namespace, m.Dimensions, nil, false, written.MetricName, written.Dimensions})
		}
		queries(written.Metrics, nil, m.Metrics)
	}
	for _, a := range u.Alarms {
		if a.Model.MetricName != "" {
			out = append(out, followedMetric{a.Model.MetricName, a.Model.Namespace, a.Model.Dimensions, a, false, a.MetricName, a.Dimensions})
		}
		queries(a.Metrics, a, a.Model.Metrics)
	}
	return out
}

// numbered builds an example of many entries: the format n times, with 1 to n filled in.
func numbered(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i+1)
	}
	return b.String()
}
