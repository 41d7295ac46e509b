package sandbox

import (
	"fmt"
	"strings"
	"time"
)

// Shapes of the List operations (fact 156).
var (
	smOrder        = Enum("Ascending", "Descending")
	smNameContains = Str().Len(0, 63).Match(`[a-zA-Z0-9-]+`)

	smListModelsInput = Struct(smListFields(Enum("Name", "CreationTime"))...)

	smListEndpointsInput = Struct(append(smListFields(Enum("Name", "CreationTime", "Status")),
		Opt("LastModifiedTimeBefore", Time()), Opt("LastModifiedTimeAfter", Time()),
		Opt("StatusEquals", Enum("OutOfService", "Creating", "Updating", "SystemUpdating", "RollingBack", "InService",
			"Deleting", "Failed", "UpdateRollbackFailed")))...)

	smListComponentsInput = Struct(append(smListFields(Enum("Name", "CreationTime", "Status")),
		Opt("LastModifiedTimeBefore", Time()), Opt("LastModifiedTimeAfter", Time()),
		Opt("StatusEquals", Enum("InService", "Creating", "Updating", "Failed", "Deleting")),
		Opt("EndpointNameEquals", smName), Opt("VariantNameEquals", smName))...)
)

func smListFields(sortBy *Shape) []Field {
	return []Field{Opt("SortBy", sortBy), Opt("SortOrder", smOrder), Opt("NextToken", Str().Len(0, 8192)),
		Opt("MaxResults", Int().Range(1, 100)), Opt("NameContains", smNameContains),
		Opt("CreationTimeBefore", Time()), Opt("CreationTimeAfter", Time())}
}

// listDefault is the page size without MaxResults (fact 156).
const listDefault = 10

// listing collects what a List operation shows.
type listing struct {
	c    *Call
	rows []row
}

// add puts an object into the listing if the filters let it. Objects without status or time
// of modification pass "" and the zero time: their operations have no such filters.
func (l *listing) add(name, status string, created, modified time.Time, show func() Map) {
	in := l.c.In
	if !strings.Contains(name, in.Str("NameContains")) || !within(in, "CreationTime", created) || !within(in, "LastModifiedTime", modified) {
		return
	}
	if want, ok := in.StrOK("StatusEquals"); ok && want != status {
		return
	}
	var key string
	switch in.Str("SortBy") {
	case "Name":
	case "Status":
		key = status
	default: // CreationTime
		key = fmt.Sprintf("%020d", created.UnixMilli())
	}
	l.rows = append(l.rows, row{key: key + "\n" + name, show: show})
}

// within applies the filters <field>Before and <field>After; both bounds are excluded.
func within(in Map, field string, t time.Time) bool {
	if before, ok := in.TimeOK(field + "Before"); ok && !t.Before(before) {
		return false
	}
	after, ok := in.TimeOK(field + "After")
	return !ok || t.After(after)
}

// page answers with one page under the output's member.
func (l *listing) page(member string) (Map, error) {
	items, next, ok := cutPage(l.c, l.rows, l.c.In.Str("SortOrder") != "Ascending", "MaxResults", listDefault)
	if !ok {
		return nil, badPageToken()
	}
	return Map{member: items, "NextToken": next}, nil
}
