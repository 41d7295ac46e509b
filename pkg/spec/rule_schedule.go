package spec

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/scalectl/scalectl/pkg/diag"
	"github.com/scalectl/scalectl/pkg/schedule"
)

const (
	scheduledSource   = "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScheduledAction.html"
	expressionsSource = "https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html"
)

const (
	// maxActions is AWS's fixed quota of scheduled actions of a target.
	maxActions = 200
	// frequentSchedule is a period below which a schedule rather holds the bounds than
	// changes them; it is mostly a * in the minutes.
	frequentSchedule = 5 * time.Minute
)

// scheduled is an example of scheduled actions. Each is given in one line, "name: {key:
// value, key: value}", and comes out in block style, since the * of cron would be an alias
// in braces.
func scheduled(actions ...string) string {
	var b strings.Builder
	b.WriteString("scaling:\n  minCapacity: 1\n  maxCapacity: 8\n  scheduledActions:\n")
	for _, action := range actions {
		name, body, _ := strings.Cut(action, ": {")
		fmt.Fprintf(&b, "    %s:\n      %s\n", name, strings.ReplaceAll(strings.TrimSuffix(body, "}"), ", ", "\n      "))
	}
	return b.String()
}

// scheduleRules judge scheduled actions.
func scheduleRules() []Rule {
	return []Rule{{
		ID:       "schedule-expression",
		Severity: diag.Error,
		Title:    "a schedule that Application Auto Scaling does not take",
		Explain: `A schedule is at(yyyy-MM-ddTHH:mm:ss), rate(<number> minutes|hours|days) or cron(<minutes> <hours>
<day-of-month> <month> <day-of-week> <year>). Exactly one of day-of-month and day-of-week is "?". It is neither Unix cron (five
fields) nor Quartz (seconds first), and weekdays count from 1 = Sunday: names such as MON-FRI are never mistaken. at() takes no
zone; that goes into timezone. AWS's user guide of 2023 has an example with "* *" in the two day fields, which the service
refuses.`,
		Bad:    scheduled(`open: {schedule: cron(0 7 * * MON-FRI), minCapacity: 4}`),
		Good:   scheduled(`open: {schedule: cron(0 7 ? * MON-FRI *), minCapacity: 4}`),
		Source: "facts 92 to 96, traps T9, T10 and T11: " + expressionsSource,
		check: eachAction(func(p *pass, a *actionUse) {
			if _, err := schedule.Parse(a.Schedule.Get()); err != nil {
				reportParse(p, a.Schedule, err)
			}
		}),
	}, {
		ID:       "schedule-timezone",
		Severity: diag.Error,
		Title:    "a time zone that Application Auto Scaling does not take",
		Explain: `timezone is the canonical IANA name of a zone, such as Europe/Berlin, or UTC. Old aliases such as
US/Eastern, abbreviations and offsets such as +01:00 are not taken; a zone with an area follows changes between summer and winter
time by itself.`,
		Bad:    scheduled(`open: {schedule: cron(0 7 ? * MON-FRI *), timezone: US/Eastern, minCapacity: 4}`),
		Good:   scheduled(`open: {schedule: cron(0 7 ? * MON-FRI *), timezone: America/New_York, minCapacity: 4}`),
		Source: "fact 97: " + scheduledSource,
		check: eachAction(func(p *pass, a *actionUse) {
			if _, err := loadZone(a.Timezone.Get()); err != nil {
				reportParse(p, a.Timezone, err)
			}
		}),
	}, {
		ID:       "schedule-timezone-unused",
		Severity: diag.Warning,
		Title:    "a time zone that changes nothing",
		Explain: `A time zone applies to at() and cron() only. A rate counts elapsed time from its start, which is an instant
and the same everywhere.`,
		Bad:    scheduled(`reset: {schedule: rate(1 day), timezone: Europe/Berlin, minCapacity: 1}`),
		Good:   scheduled(`reset: {schedule: rate(1 day), minCapacity: 1}`),
		Source: "fact 97: " + scheduledSource,
		check: eachAction(func(p *pass, a *actionUse) {
			e, err := schedule.Parse(a.Schedule.Get())
			if err == nil && e.Kind() == schedule.Rate && a.Timezone.IsSet() {
				p.report(a.Timezone, "timezone %q does not apply to %s", a.Timezone.Get(), a.Schedule.Get()).
					hint("remove timezone, or write the times of day as cron(...)")
			}
		}),
	}, {
		ID:       "schedule-weekday-number",
		Severity: diag.Info,
		Title:    "weekdays written as numbers",
		Explain: `In AWS's cron 1 is Sunday and 7 is Saturday; in Unix cron 0 or 7 is Sunday and 1 is Monday. 1-5 is thus
Sunday to Thursday, which is seldom meant. Names such as MON-FRI cannot be mistaken.`,
		Bad:    scheduled(`open: {schedule: cron(0 7 ? * 2-6 *), minCapacity: 4}`),
		Good:   scheduled(`open: {schedule: cron(0 7 ? * MON-FRI *), minCapacity: 4}`),
		Source: "fact 94, trap T9: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html",
		check:  eachAction(checkWeekdayNumber),
	}, {
		ID:       "schedule-bounds",
		Severity: diag.Error,
		Title:    "a scheduled action that sets neither bound",
		Explain: `A scheduled action sets minCapacity, maxCapacity or both ("At least one of minimum capacity and maximum
capacity should be provided"). It does not set the capacity itself: to hold exactly 4, set both to 4.`,
		Bad:    scheduled(`open: {schedule: cron(0 7 ? * MON-FRI *)}`),
		Good:   scheduled(`open: {schedule: cron(0 7 ? * MON-FRI *), minCapacity: 4}`),
		Source: "fact 90: " + scheduledSource,
		check: eachAction(func(p *pass, a *actionUse) {
			if !a.MinCapacity.IsSet() && !a.MaxCapacity.IsSet() {
				p.report(a, "scheduled action %q sets neither minCapacity nor maxCapacity", a.Name()).hint("add at least one of them")
			}
		}),
	}, {
		ID:       "schedule-window",
		Severity: diag.Error,
		Title:    "the start time is not before the end time",
		Explain: `startTime and endTime bound when a scheduled action is active, in UTC whatever the time zone of the
schedule ("StartTime must be before EndTime").`,
		Bad:    scheduled(`open: {schedule: cron(0 7 ? * MON-FRI *), startTime: 2030-02-01T00:00:00Z, endTime: 2030-01-01T00:00:00Z, minCapacity: 4}`),
		Good:   scheduled(`open: {schedule: cron(0 7 ? * MON-FRI *), startTime: 2030-01-01T00:00:00Z, endTime: 2030-02-01T00:00:00Z, minCapacity: 4}`),
		Source: "fact 98: " + scheduledSource,
		check: eachAction(func(p *pass, a *actionUse) {
			if from, to := a.StartTime, a.EndTime; from.IsSet() && to.IsSet() && !from.Get().Before(to.Get()) {
				p.report(from, "startTime %s is not before endTime %s", instant(from.Get()), instant(to.Get())).
					hint("swap the two").related(to, "the end time")
			}
		}),
	}, {
		ID:       "schedule-past",
		Severity: diag.Warning,
		Title:    "a scheduled action that is over",
		Explain: `The at() time or the endTime lies in the past, so the action does not fire any more. The bounds that it set
stay as they are. Remove it, or write a time to come. Whether Application Auto Scaling takes an at() in the past is not
documented.`,
		Bad:    scheduled(`launch: {schedule: at(2020-12-24T18:00:00), minCapacity: 4}`),
		Good:   scheduled(`launch: {schedule: at(2099-12-24T18:00:00), minCapacity: 4}`),
		Source: "facts 98 and 99: " + scheduledSource,
		check:  eachAction(checkSchedulePast),
	}, {
		ID:       "schedule-never",
		Severity: diag.Error,
		Title:    "a schedule that never fires",
		Explain: `No date satisfies the expression, such as 31 February, or the one date of at() lies outside of startTime and
endTime.`,
		Bad:    scheduled(`open: {schedule: cron(0 7 31 FEB ? *), minCapacity: 4}`),
		Good:   scheduled(`open: {schedule: cron(0 7 L FEB ? *), minCapacity: 4}`),
		Source: "fact 94: " + expressionsSource,
		check: eachAction(func(p *pass, a *actionUse) {
			f, ok := a.firing()
			switch {
			case !ok || f.window.Empty():
			case f.expr.Never():
				p.report(a.Schedule, "no date satisfies %q", a.Schedule.Get()).hint("check the day, month and year")
			case f.expr.Kind() == schedule.At:
				if _, fires := f.next(time.Time{}); !fires {
					p.report(a.Schedule, "%q lies outside of startTime and endTime", a.Schedule.Get()).
						hint("remove startTime and endTime, which at() does not need")
				}
			}
		}),
	}, {
		ID:       "schedule-frequent",
		Severity: diag.Warning,
		Title:    "a schedule that fires every few minutes",
		Explain: `A scheduled action that fires more often than every 5 minutes sets the same bounds over and over, each with a
scaling activity of its own. Mostly the minutes are * where 0 is meant: cron(* 7 ? * MON-FRI *) fires 60 times between 7 and 8
o'clock.`,
		Bad:    scheduled(`open: {schedule: cron(* 7 ? * MON-FRI *), minCapacity: 4}`),
		Good:   scheduled(`open: {schedule: cron(0 7 ? * MON-FRI *), minCapacity: 4}`),
		Source: "fact 101: " + expressionsSource,
		check: eachAction(func(p *pass, a *actionUse) {
			f, ok := a.firing()
			if !ok {
				return
			}
			if gap, yes := everyFewMinutes(f, p.clock(), frequentSchedule); yes {
				p.report(a.Schedule, "%q fires every %s", a.Schedule.Get(), plainGap(gap)).
					hint("write 0 in the minutes if once an hour is meant")
			}
		}),
	}, {
		ID:       "schedule-crosses",
		Severity: diag.Error,
		Title:    "a scheduled action would set the minimum above the maximum in force",
		Explain: `An action that sets only one bound keeps the other as it is at that moment: the target's own, or what another
scheduled action set. When the new minimum is above the maximum in force (or the new maximum below the minimum), the firing cannot
be carried out, and AWS advises to send both bounds. scalectl follows the firings of all actions from any moment at which they may
have been made; two firings in one minute count in both orders, and a rate() without startTime may fire at any time. Set both
minCapacity and maxCapacity in the action.`,
		Bad:    scheduled(`night: {schedule: cron(0 20 ? * * *), minCapacity: 1, maxCapacity: 2}`, `open: {schedule: cron(0 7 ? * MON-FRI *), minCapacity: 4}`),
		Good:   scheduled(`night: {schedule: cron(0 20 ? * * *), minCapacity: 1, maxCapacity: 2}`, `open: {schedule: cron(0 7 ? * MON-FRI *), minCapacity: 4, maxCapacity: 8}`),
		Source: "fact 102: https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-scheduled-scaling.html",
		check:  checkScheduleCrosses,
	}, {
		ID:       "schedule-same-minute",
		Severity: diag.Warning,
		Title:    "two scheduled actions set one bound in the same minute",
		Explain: `Two actions of a target fire in the same minute and set the same bound to different values. AWS's resolution is
one minute and it does not say which of the two comes last, so either value may stay. Move one of them by a few minutes, or
leave the day out of one.`,
		Bad:    scheduled(`open: {schedule: cron(0 7 ? * MON-FRI *), minCapacity: 4}`, `monthly: {schedule: cron(0 7 1 * ? *), minCapacity: 6}`),
		Good:   scheduled(`open: {schedule: cron(0 7 ? * MON-FRI *), minCapacity: 4}`, `monthly: {schedule: cron(5 7 1 * ? *), minCapacity: 6}`),
		Source: "fact 101: https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-scheduled-scaling.html",
		check:  checkSameMinute,
	}, {
		ID:       "schedule-suspended",
		Severity: diag.Info,
		Title:    "scheduled actions that are suspended",
		Explain: `suspended.scheduledScaling is true, so none of the scheduled actions of the target fires. What they would have
done meanwhile is not made up for when scheduled scaling is resumed.`,
		Bad:    scheduled(`open: {schedule: cron(0 7 ? * MON-FRI *), minCapacity: 4}`) + "  suspended: {scheduledScaling: true}\n",
		Good:   scheduled(`open: {schedule: cron(0 7 ? * MON-FRI *), minCapacity: 4}`),
		Source: "fact 27: https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-suspend-resume-scaling.html",
		check: func(p *pass) {
			for _, t := range p.Targets {
				if s := t.Scaling.Suspended; s != nil && s.ScheduledScaling.Get() && len(t.Actions) > 0 {
					p.report(s.ScheduledScaling, "scheduled scaling is suspended, so %s of %s will not fire", countActions(len(t.Actions)), t.ID).
						hint("remove scheduledScaling: true to resume")
				}
			}
		},
	}, {
		ID:       "schedule-count",
		Severity: diag.Error,
		Title:    "more scheduled actions than a target takes",
		Explain: `A scalable target takes at most 200 scheduled actions; the quota cannot be raised. One cron expression can often
stand for several.`,
		Bad:    "scaling:\n  minCapacity: 1\n  maxCapacity: 8\n  scheduledActions:\n" + numbered(maxActions+1, "    day-%d:\n      schedule: cron(0 7 ? * MON-FRI *)\n      minCapacity: 2\n"),
		Good:   scheduled(`open: {schedule: cron(0 7 ? * MON-FRI *), minCapacity: 2}`),
		Source: "fact 111: " + quotaSource,
		check: func(p *pass) {
			for _, t := range p.Targets {
				if n := len(t.Actions); n > maxActions {
					p.report(t.Actions[maxActions], "%s has %d scheduled actions, a target takes %d", t.ID, n, maxActions).
						hint("join some of them, such as MON-FRI for five days")
				}
			}
		},
	}}
}

func countActions(n int) string {
	if n == 1 {
		return "the scheduled action"
	}
	return fmt.Sprintf("the %d scheduled actions", n)
}

// eachAction makes a check of every scheduled action.
func eachAction(check func(*pass, *actionUse)) func(*pass) {
	return func(p *pass) {
		for _, t := range p.Targets {
			for _, a := range t.Actions {
				check(p, a)
			}
		}
	}
}

// reportParse reports what package schedule says about a text, at the part of it that is
// wrong.
func reportParse(p *pass, v Val[string], err error) {
	var parse *schedule.ParseError
	if !errors.As(err, &parse) {
		p.report(v, "%v", err).hint("this build of scalectl lacks the data of the zone")
		return
	}
	p.report(inside(v, parse.Offset, parse.Length), "%s", parse.Msg).hint("%s", parse.Hint)
}

// zones holds the time zones that were loaded, by name. Loading one reads a file, and a
// fleet of a thousand targets names the same few over and over. Only names that exist get
// in, so it stays small.
var zones sync.Map

func loadZone(name string) (*time.Location, error) {
	if loc, ok := zones.Load(name); ok {
		return loc.(*time.Location), nil
	}
	loc, err := schedule.LoadLocation(name)
	if err == nil {
		zones.Store(name, loc)
	}
	return loc, err
}

// clock returns the moment from which schedules are followed.
func (p *pass) clock() time.Time {
	if p.Now.IsZero() {
		return withoutClock
	}
	return p.Now
}

// firing prepares the action for the simulation; ok is false when its schedule or time
// zone cannot be read, which is a finding of its own.
func (a *actionUse) firing() (f firingAction, ok bool) {
	expr, err := schedule.Parse(a.Schedule.Get())
	if err != nil {
		return firingAction{}, false
	}
	loc, err := loadZone(a.Timezone.Get())
	if err != nil {
		return firingAction{}, false
	}
	return firingAction{
		name: a.Name(), min: a.MinCapacity.Ptr(), max: a.MaxCapacity.Ptr(),
		expr: expr, loc: loc, window: schedule.Window{Start: a.StartTime.Get(), End: a.EndTime.Get()},
	}, true
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// plainGap says how often in words.
func plainGap(d time.Duration) string {
	if d == time.Minute {
		return "minute"
	}
	return fmt.Sprintf("%d minutes", d/time.Minute)
}

var weekdayNames = []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}

func checkWeekdayNumber(p *pass, a *actionUse) {
	text := a.Schedule.Get()
	e, err := schedule.Parse(text)
	if err != nil || e.Kind() != schedule.Cron {
		return
	}
	open := strings.IndexByte(text, '(') + 1
	const dayOfWeek = 4
	at, field := nthField(text[open:strings.LastIndexByte(text, ')')], dayOfWeek)
	if !strings.ContainsAny(field, "1234567") || strings.ContainsAny(field, "#Ll") {
		return // 6#3 and 6L exist with numbers only
	}
	named := []byte(nil)
	for _, c := range []byte(field) {
		if c >= '1' && c <= '7' {
			named = append(named, weekdayNames[c-'1']...)
		} else {
			named = append(named, c)
		}
	}
	p.report(inside(a.Schedule, open+at, len(field)), "weekday %q is %s: AWS counts 1 = Sunday", field, named).
		hint("write %s", named)
}

// nthField returns the n-th word of a text, counted from 0, and its offset.
func nthField(text string, n int) (offset int, word string) {
	rest := 0
	for i := 0; ; i++ {
		for rest < len(text) && (text[rest] == ' ' || text[rest] == '\t') {
			rest++
		}
		end := rest
		for end < len(text) && text[end] != ' ' && text[end] != '\t' {
			end++
		}
		if i == n || end == len(text) {
			return rest, text[rest:end]
		}
		rest = end
	}
}

func checkSchedulePast(p *pass, a *actionUse) {
	f, ok := a.firing()
	if !ok || p.Now.IsZero() {
		return
	}
	end := a.EndTime
	if end.IsSet() && end.Get().Before(p.Now) {
		p.report(end, "endTime %s is in the past", instant(end.Get())).hint("remove scheduled action %q, or write a later time", a.Name())
		return
	}
	if f.expr.Kind() != schedule.At {
		return
	}
	if at, fired := f.expr.Prev(p.Now, f.loc, schedule.Window{}); fired {
		p.report(a.Schedule, "%q is in the past: it was %s", a.Schedule.Get(), instant(at)).
			hint("remove scheduled action %q, or write a later time", a.Name())
	}
}

func checkScheduleCrosses(p *pass) {
	now := p.clock()
	type answer struct {
		crossing
		crosses bool
	}
	known := map[string]answer{}
	fleet := fleetBudget
	for _, t := range p.Targets {
		own := capacityBounds{t.Scaling.MinCapacity.Get(), t.Scaling.MaxCapacity.Get()}
		if own.min > own.max || len(t.Actions) > maxActions {
			continue // another rule reports it
		}
		budget := min(targetBudget, fleet)
		fleet -= budget
		var firings []firingAction
		var keys []string
		for _, a := range t.Actions {
			if f, ok := a.firing(); ok && !f.window.Empty() {
				firings = append(firings, f)
				keys = append(keys, f.key())
			}
		}
		pattern := strings.Join(keys, "\n")
		for _, a := range t.Actions {
			f, ok := a.firing()
			if !ok || f.window.Empty() {
				continue
			}
			key := fmt.Sprintf("%s %v\n%s", a.Name(), own, pattern)
			found, ok := known[key]
			if !ok {
				found.crossing, found.crosses = findCrossing(f, own, firings, now, &budget)
				known[key] = found
			}
			if found.crosses {
				reportCrossing(p, a, found.crossing)
			}
		}
		fleet += budget
	}
}

func reportCrossing(p *pass, a *actionUse, c crossing) {
	v, name, other, where := a.MinCapacity, "minCapacity", "maxCapacity", "above"
	if !v.IsSet() {
		v, name, other, where = a.MaxCapacity, "maxCapacity", "minCapacity", "below"
	}
	whose := "of the target itself"
	related := Place(a.Target.Scaling.MaxCapacity)
	if name == "maxCapacity" {
		related = a.Target.Scaling.MinCapacity
	}
	if c.by != "" {
		whose = fmt.Sprintf("left by %q", c.by)
		for _, o := range a.Target.Actions {
			if o.Name() != c.by {
				continue
			}
			if related = o.MaxCapacity; name == "maxCapacity" {
				related = o.MinCapacity
			}
		}
	}
	when := "whenever it fires after that one"
	if !c.at.IsZero() {
		when = "first at " + c.at.Format("2006-01-02 15:04 ") + c.at.Location().String()
	}
	p.report(v, "%s %d of scheduled action %q is %s the %s %d %s, %s", name, v.Get(), a.Name(), where, other, c.bound, whose, when).
		hint("set both minCapacity and maxCapacity in %q", a.Name()).
		related(related, "the %s in force", other)
}

func checkSameMinute(p *pass) {
	now, budget := p.clock(), meetingBudget
	type answer struct {
		at   time.Time
		meet bool
	}
	known := map[string]answer{}
	differ := func(a, b *int32) bool { return a != nil && b != nil && *a != *b }
	for _, t := range p.Targets {
		if len(t.Actions) > maxActions {
			continue // schedule-count reports it
		}
		var firings []firingAction
		for _, b := range t.Actions {
			fb, ok := b.firing()
			if !ok {
				continue
			}
			for _, fa := range firings {
				if !differ(fa.min, fb.min) && !differ(fa.max, fb.max) {
					continue
				}
				key := fa.key() + "\n" + fb.key()
				found, ok := known[key]
				if !ok {
					found.at, found.meet = firstMeeting(fa, fb, now, &budget)
					known[key] = found
				}
				if !found.meet {
					continue
				}
				v := b.MinCapacity
				if !differ(fa.min, fb.min) {
					v = b.MaxCapacity
				}
				p.report(v, "scheduled actions %q and %q set different bounds in the same minute, first at %s",
					fa.name, b.Name(), found.at.In(fb.loc).Format("2006-01-02 15:04 ")+fb.loc.String()).
					hint("move one of them by a few minutes").
					related(t.Scaling.ScheduledActions.KeyOf(fa.name), "the other action")
				break
			}
			firings = append(firings, fb)
		}
	}
}
