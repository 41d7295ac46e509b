package apply

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scalectl/scalectl/pkg/plan"
)

// StaleError gives the account of a live object that is not what the plan saw.
type StaleError struct {
	// Gone and Created tell that the object vanished or appeared since the plan; then Moved
	// is nil.
	Gone, Created bool
	// Moved lists the settings that are not what they were.
	Moved []Moved
}

// Moved is a setting that changed between the plan and its apply. The values are those of
// a plan.FieldChange; Wanted is what the plan would have made of it.
type Moved struct {
	Path                 string
	Planned, Now, Wanted any
}

func stale(c *plan.Change, found *plan.Object) *StaleError {
	switch {
	case found == nil:
		return &StaleError{Gone: true}
	case c.Before == nil:
		return &StaleError{Created: true}
	}
	e := &StaleError{}
	for _, f := range c.Moved(found) {
		m := Moved{Path: f.Path, Planned: f.Before, Now: f.After, Wanted: f.Before}
		i := slices.IndexFunc(c.Fields, func(own plan.FieldChange) bool { return own.Path == f.Path })
		switch {
		case i >= 0:
			m.Wanted = c.Fields[i].After
		case c.Kind == plan.KindTarget:
			continue // not what made it stale: a target may move where the plan does not write
		}
		e.Moved = append(e.Moved, m)
	}
	return e
}

func (e *StaleError) Error() string {
	switch {
	case e.Gone:
		return "it was deleted after the plan was made"
	case e.Created:
		return "it was created after the plan was made"
	case len(e.Moved) == 0:
		return "it changed after the plan was made"
	}
	parts := make([]string, len(e.Moved))
	for i, m := range e.Moved {
		parts[i] = fmt.Sprintf("%s was %s and is now %s", m.Path, value(m.Planned), value(m.Now))
		if w := value(m.Wanted); w != value(m.Planned) {
			parts[i] += ", the plan wanted " + w
		}
	}
	return "it changed after the plan was made: " + strings.Join(parts, "; ")
}

// value writes one side of a setting.
func value(v any) string {
	switch v := v.(type) {
	case nil:
		return "unset"
	case string:
		return fmt.Sprintf("%q", v)
	case []string:
		return "[" + strings.Join(v, ", ") + "]"
	}
	return fmt.Sprint(v)
}
