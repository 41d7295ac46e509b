package schedule

import (
	_ "embed"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"
)

// zonesText lists the time zones AWS is known to take, one a line, and among them in the
// order of names, old aliases as "alias = name". The names are those of Go's own time
// zone data, release 2025c; which of them are canonical is taken from IANA's tzdata.zi.
//
//go:embed zones.txt
var zonesText string

// zoneNames returns the accepted names in order, and old aliases with what they stand for.
var zoneNames = sync.OnceValue(func() (z struct {
	names   []string
	known   map[string]bool
	aliases map[string]string
}) {
	z.known, z.aliases = map[string]bool{}, map[string]string{}
	for line := range strings.Lines(zonesText) {
		name, target, alias := strings.Cut(strings.TrimSpace(line), " = ")
		if alias {
			z.aliases[name] = target
			continue
		}
		z.names = append(z.names, name)
		z.known[name] = true
	}
	return z
})

var utcOffset = regexp.MustCompile(`^(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?$`)

var abbreviation = regexp.MustCompile(`^[A-Z]{1,5}$`)

// LoadLocation returns the time zone of a scheduled action. The empty name is UTC, AWS's
// default. AWS takes the canonical IANA names that Joda-Time knows; this takes every name
// with an area ("Europe/Berlin", "Etc/GMT+9"), UTC, and the dozen old ones without an area
// that are zones of their own ("CET", "EST5EDT"). It refuses aliases such as US/Eastern,
// offsets, and "Local". A bad name is a *ParseError over the whole name; any other error
// means that the program has no data for a zone that exists.
func LoadLocation(name string) (*time.Location, error) {
	if name == "" || name == "UTC" {
		return time.UTC, nil
	}
	whole := token{name, 0}
	zones := zoneNames()
	if zones.known[name] {
		loc, err := time.LoadLocation(name)
		if err != nil {
			return nil, fmt.Errorf("load time zone %s: %w", name, err)
		}
		return loc, nil
	}
	switch target, alias := zones.aliases[name]; {
	case alias:
		return nil, whole.errorf(fmt.Sprintf("write %q", target), "time zone %q is an old alias", name)
	case name == "Local":
		return nil, whole.errorf("name the zone, such as UTC or Europe/Berlin", `time zone "Local" depends on the machine`)
	case utcOffset.MatchString(name):
		return nil, whole.errorf(offsetHint(name), "time zone %q is an offset, not an IANA name", name)
	}
	hint := "use an IANA name such as UTC, Europe/Berlin or America/New_York"
	if abbreviation.MatchString(name) && !zones.known[strings.ToUpper(name)] {
		hint = "an abbreviation does not say where: " + hint
	} else if near := nearestZone(name, zones.names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return nil, whole.errorf(hint, "unknown time zone %q", name)
}

// offsetHint offers the Etc zone of a whole-hour offset, whose sign is the other way round.
func offsetHint(name string) string {
	const byName = "name the area, such as Europe/Berlin, whose clock changes are then followed"
	m := utcOffset.FindStringSubmatch(name)
	hours := strings.TrimLeft(m[2], "0")
	if hours == "" && (m[3] == "" || m[3] == "00") {
		return `write "UTC"`
	}
	sign := map[string]string{"+": "-", "-": "+"}[m[1]]
	if etc := "Etc/GMT" + sign + hours; (m[3] == "" || m[3] == "00") && zoneNames().known[etc] {
		return fmt.Sprintf("%s, or write %q for exactly this offset (its sign is the other way round)", byName, etc)
	}
	return byName
}

// nearestZone returns the accepted name that was probably meant, or "".
func nearestZone(name string, names []string) string {
	clean := strings.ToLower(strings.ReplaceAll(strings.TrimSpace(name), " ", "_"))
	if clean == "" {
		return ""
	}
	best, distance := "", max(1, len(clean)/5)+1
	for _, n := range names {
		lower := strings.ToLower(n)
		if lower == clean || strings.HasSuffix(lower, "/"+clean) && !strings.HasPrefix(lower, "etc/") {
			return n
		}
		if d := editDistance(clean, lower, distance); d < distance {
			best, distance = n, d
		}
	}
	return best
}

// editDistance counts the insertions, deletions and replacements between two strings. It
// may return limit for anything at least as far apart.
func editDistance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
