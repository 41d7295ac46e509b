package render

import (
	"encoding/json"
	"io"

	"github.com/scalectl/scalectl/pkg/diag"
)

// reportFormatVersion is the version of the JSON form of a report.
const reportFormatVersion = "1.0"

type report struct {
	FormatVersion string    `json:"formatVersion"`
	Diagnostics   diag.List `json:"diagnostics"`
	Errors        int       `json:"errors"`
	Warnings      int       `json:"warnings"`
	Files         int       `json:"files"`
}

// DiagnosticsJSON writes findings as one JSON object, sorted as in text. The list is
// never null.
func DiagnosticsJSON(w io.Writer, list diag.List, sources Sources) error {
	r := report{
		FormatVersion: reportFormatVersion,
		Diagnostics:   list.Sorted(),
		Errors:        list.Count(diag.Error),
		Warnings:      list.Count(diag.Warning),
		Files:         len(sources),
	}
	if r.Diagnostics == nil {
		r.Diagnostics = diag.List{}
	}
	return writeJSON(w, r)
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
