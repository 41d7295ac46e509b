package main

import (
	"io"

	"github.com/scalectl/scalectl/pkg/render"
	"github.com/scalectl/scalectl/pkg/spec"
	"github.com/spf13/cobra"
)

func (a *app) validateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "validate",
		Short: "Check the files of a spec, offline",
		Long: paragraph(`validate reports everything that is wrong with a spec, each finding with its place and
			a way out. It needs no credentials and makes no call. It fails (exit code 3) on
			errors, and with --strict on warnings too.`),
		Example: "  scalectl validate -f fleet.yaml\n  scalectl validate -f specs -o text -o sarif=findings.sarif",
		Args:    noArgs,
	}
	var files fileFlags
	files.register(cmd.Flags())
	strict := cmd.Flags().Bool("strict", false, "fail on warnings too")
	out := outputsVar(cmd, "text", "json", "github", "sarif")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		list, err := out.parse(cmd)
		if err != nil {
			return err
		}
		sources, err := files.read(cmd, a.stdin)
		if err != nil {
			return err
		}
		_, findings := spec.Load(sources, a.specOptions(&files, a.env.now()))
		text := sourceText(sources)
		err = a.write(list, func(form string, w io.Writer) error {
			switch form {
			case "json":
				return render.DiagnosticsJSON(w, findings, text)
			case "github":
				return render.DiagnosticsGitHub(w, findings)
			case "sarif":
				return render.DiagnosticsSARIF(w, findings, text, ruleTexts(), versionText())
			}
			return render.Diagnostics(w, findings, text, a.look(w))
		})
		if err != nil {
			return err
		}
		if findings.HasErrors() || *strict && len(findings) > 0 {
			return quiet(exitInvalid)
		}
		return nil
	}
	return cmd
}
