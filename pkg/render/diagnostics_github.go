package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/scalectl/scalectl/pkg/diag"
)

// DiagnosticsGitHub writes findings as workflow commands, which GitHub shows as
// annotations on the lines of a pull request.
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
func DiagnosticsGitHub(w io.Writer, list diag.List) error {
	var b strings.Builder
	for _, d := range list.Sorted() {
		var props []string
		add := func(name, v string) { props = append(props, name+"="+githubProperty(v)) }
		if d.Position.File != "" {
			add("file", d.Position.File)
		}
		if d.Position.Line > 0 {
			add("line", fmt.Sprint(d.Position.Line))
		}
		if d.Position.Column > 0 {
			add("col", fmt.Sprint(d.Position.Column))
			if d.Position.Length > 0 {
				add("endColumn", fmt.Sprint(d.Position.Column+d.Position.Length))
			}
		}
		add("title", "scalectl "+d.Rule)
		text := clean(d.Message) + " [" + clean(d.Rule) + "]"
		if d.Hint != "" {
			text += "\n" + clean(d.Hint)
		}
		for _, r := range d.Related {
			text += "\nsee " + clean(r.Position.String()) + ": " + clean(r.Message)
		}
		fmt.Fprintf(&b, "::%s %s::%s\n", githubCommand(d.Severity), strings.Join(props, ","), githubData(text))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func githubCommand(s diag.Severity) string {
	switch s {
	case diag.Error:
		return "error"
	case diag.Warning:
		return "warning"
	}
	return "notice"
}

// githubData escapes the message of a workflow command, so that no text can end the
// command and start another one.
var githubData = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace

// githubProperty escapes a property, which also ends at a comma or colon.
func githubProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
