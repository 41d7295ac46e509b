package main

import (
	"io"

	"github.com/scalectl/scalectl/pkg/plan"
	"github.com/scalectl/scalectl/pkg/render"
	"github.com/spf13/cobra"
)

func (a *app) showCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show PLAN",
		Short: "Show a saved plan",
		Long: paragraph(`show prints a plan that "plan --out" saved, after checking that the file is whole and
			was not edited. It needs no credentials and makes no call. "-" reads stdin.`),
		Example: "  scalectl show plan.json\n  scalectl show plan.json -o markdown",
		Args:    oneArg("the file of a saved plan"),
	}
	out := outputsVar(cmd, "text", "json", "markdown")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		list, err := out.parse(cmd)
		if err != nil {
			return err
		}
		p, err := a.readPlan(args[0])
		if err != nil {
			return err
		}
		return a.writePlan(list, p, []string{"scalectl", "apply", args[0]}, true)
	}
	return cmd
}

// writePlan writes a plan in every requested form. command applies it; saved tells
// whether that command names a file that holds the digest itself.
func (a *app) writePlan(list []output, p *plan.Plan, command []string, saved bool) error {
	return a.write(list, func(form string, w io.Writer) error {
		if form == "json" {
			data, err := plan.Encode(p)
			if err != nil {
				return err
			}
			_, err = w.Write(data)
			return err
		}
		opts := a.look(w)
		opts.Now, opts.Command, opts.CommandHoldsDigest = p.CreatedAt, command, saved
		if form == "markdown" {
			return render.Markdown(w, p, opts)
		}
		return render.Plan(w, p, opts)
	})
}
