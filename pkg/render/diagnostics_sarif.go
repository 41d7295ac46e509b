package render

import (
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/scalectl/scalectl/pkg/diag"
)

// The part of SARIF 2.1.0 that the report uses.
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version,omitempty"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID                   string      `json:"id"`
		ShortDescription     sarifText   `json:"shortDescription"`
		FullDescription      *sarifText  `json:"fullDescription,omitempty"`
		DefaultConfiguration sarifConfig `json:"defaultConfiguration"`
	}
	sarifConfig struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID           string          `json:"ruleId"`
		RuleIndex        int             `json:"ruleIndex"`
		Level            string          `json:"level"`
		Message          sarifText       `json:"message"`
		Locations        []sarifLocation `json:"locations,omitempty"`
		RelatedLocations []sarifLocation `json:"relatedLocations,omitempty"`
	}
	sarifLocation struct {
		ID               *int          `json:"id,omitempty"`
		PhysicalLocation sarifPhysical `json:"physicalLocation"`
		Message          *sarifText    `json:"message,omitempty"`
	}
	sarifPhysical struct {
		ArtifactLocation sarifArtifact `json:"artifactLocation"`
		Region           *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI       string `json:"uri"`
		URIBaseID string `json:"uriBaseId,omitempty"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
		EndColumn   int `json:"endColumn,omitempty"`
	}
)

const (
	sarifSchema    = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	informationURI = "https://github.com/scalectl/scalectl"
)

// DiagnosticsSARIF writes findings as SARIF 2.1.0, the form that code scanning services
// read. Only rules with findings are described; a finding whose rule is not in rules gets
// its id as description.
func DiagnosticsSARIF(w io.Writer, list diag.List, sources Sources, rules []Rule, version string) error {
	list = list.Sorted()
	var ids []string
	for _, d := range list {
		ids = append(ids, d.Rule)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	run := sarifRun{
		Tool: sarifTool{Driver: sarifDriver{
			Name: "scalectl", Version: version, InformationURI: informationURI, Rules: []sarifRule{},
		}},
		ColumnKind: "unicodeCodePoints",
		Results:    []sarifResult{},
	}
	for _, id := range ids {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(id, rules))
	}
	for _, d := range list {
		index, _ := slices.BinarySearch(ids, d.Rule)
		text := d.Message
		if d.Hint != "" {
			text += "\n" + d.Hint
		}
		result := sarifResult{
			RuleID: d.Rule, RuleIndex: index, Level: sarifLevel(d.Severity), Message: sarifText{text},
			Locations: sarifLocations(d.Position, sources),
		}
		for i, r := range d.Related {
			for _, loc := range sarifLocations(r.Position, sources) {
				loc.ID, loc.Message = &i, &sarifText{r.Message}
				result.RelatedLocations = append(result.RelatedLocations, loc)
			}
		}
		run.Results = append(run.Results, result)
	}
	return writeJSON(w, sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{run}})
}

func sarifRuleOf(id string, rules []Rule) sarifRule {
	out := sarifRule{ID: id, ShortDescription: sarifText{id}, DefaultConfiguration: sarifConfig{"error"}}
	for _, r := range rules {
		if r.ID == id {
			out.ShortDescription.Text = r.Title
			out.DefaultConfiguration.Level = sarifLevel(r.Severity)
			if r.Explain != "" {
				out.FullDescription = &sarifText{r.Explain}
			}
		}
	}
	return out
}

func sarifLevel(s diag.Severity) string {
	switch s {
	case diag.Error:
		return "error"
	case diag.Warning:
		return "warning"
	}
	return "note"
}

// sarifLocations returns the place of a position, none for the zero one. SARIF counts
// columns in characters, positions count them in bytes: the source converts them, and
// without it the line has to do.
func sarifLocations(pos diag.Position, sources Sources) []sarifLocation {
	if pos.File == "" {
		return nil
	}
	loc := sarifLocation{PhysicalLocation: sarifPhysical{ArtifactLocation: sarifURI(pos.File)}}
	if pos.Line > 0 {
		region := &sarifRegion{StartLine: pos.Line}
		lines := linesAround(sources[pos.File], pos.Line, 0)
		if pos.Column > 0 && len(lines) == 1 {
			text := lines[0]
			start := min(pos.Column-1, len(text))
			end := min(start+max(pos.Length, 0), len(text))
			region.StartColumn = utf8.RuneCountInString(text[:start]) + 1
			if end > start {
				region.EndColumn = utf8.RuneCountInString(text[:end]) + 1
			}
		}
		loc.PhysicalLocation.Region = region
	}
	return []sarifLocation{loc}
}

// sarifURI writes a relative path relative to the root of the sources, an absolute one as
// a file URI.
func sarifURI(file string) sarifArtifact {
	path := filepath.ToSlash(filepath.Clean(file))
	if strings.HasPrefix(path, "/") {
		return sarifArtifact{URI: (&url.URL{Scheme: "file", Path: path}).String()}
	}
	return sarifArtifact{URI: (&url.URL{Path: path}).String(), URIBaseID: "%SRCROOT%"}
}
