package schedule

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestLoadLocation(t *testing.T) {
	for _, tt := range []struct {
		in, want string // want "" means an error
		hint     string
		why      string
	}{
		{"", "UTC", "", "AWS's default"},
		{"UTC", "UTC", "", "what is sent to return to the default"},
		{"Europe/Berlin", "Europe/Berlin", "", "an IANA name"},
		{"America/Argentina/Ushuaia", "America/Argentina/Ushuaia", "", "three parts"},
		{"Etc/GMT+9", "Etc/GMT+9", "", "from AWS's guide"},
		{"Pacific/Tahiti", "Pacific/Tahiti", "", "from AWS's guide"},
		{"EST5EDT", "EST5EDT", "", "no area, but a zone of its own and not an alias"},
		{"Local", "", "name the zone", "Go's word for the zone of the machine"},
		{"+02:00", "", `"Etc/GMT-2"`, "the sign of Etc names is the other way round"},
		{"UTC-5", "", `"Etc/GMT+5"`, "an offset in words"},
		{"+05:30", "", "name the area", "no Etc name has half an hour"},
		{"+00:00", "", `"UTC"`, "no offset at all"},
		{"US/Eastern", "", `"America/New_York"`, "an old alias"},
		{"GMT", "", `"Etc/GMT"`, "an alias of a canonical name"},
		{"Europe/Berln", "", `did you mean "Europe/Berlin"?`, "a typo"},
		{"europe/berlin", "", `did you mean "Europe/Berlin"?`, "names are case-sensitive everywhere but on some file systems"},
		{"America/New York", "", `did you mean "America/New_York"?`, "a blank"},
		{"Berlin", "", `did you mean "Europe/Berlin"?`, "the area is missing"},
		{"PST", "", "does not say where", "an abbreviation is not near to any zone, however few letters differ"},
		{"Mars/Olympus_Mons", "", "use an IANA name", "nothing is near"},
		{"../../etc/passwd", "", "use an IANA name", "never reaches the file system"},
	} {
		loc, err := LoadLocation(tt.in)
		if tt.want != "" {
			if err != nil || loc.String() != tt.want {
				t.Errorf("LoadLocation(%q) is %v, %v (%s)", tt.in, loc, err, tt.why)
			}
			continue
		}
		var pe *ParseError
		if !errors.As(err, &pe) || !strings.Contains(pe.Hint, tt.hint) || pe.Length != len(tt.in) {
			t.Errorf("LoadLocation(%q): got %v, want a hint with %q (%s)", tt.in, err, tt.hint, tt.why)
		}
	}
}

// TestZonesAreComplete loads every accepted name and every target of an alias from Go's own
// data, so that the list and the data cannot drift apart.
func TestZonesAreComplete(t *testing.T) {
	zones := zoneNames()
	if len(zones.names) < 500 || !slices.IsSorted(zones.names) {
		t.Errorf("%d names, sorted %v", len(zones.names), slices.IsSorted(zones.names))
	}
	for _, name := range zones.names {
		if _, err := LoadLocation(name); err != nil {
			t.Error(err)
		}
	}
	for alias, name := range zones.aliases {
		if zones.known[alias] || !zones.known[name] {
			t.Errorf("alias %s of %s", alias, name)
		}
	}
}
