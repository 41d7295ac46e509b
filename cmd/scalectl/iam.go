package main

import (
	"encoding/json"
	"fmt"

	"github.com/scalectl/scalectl/pkg/iam"
	"github.com/spf13/cobra"
)

func (a *app) iamCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "iam",
		Short: "Print the IAM policy that a spec needs",
		Long: paragraph(`iam prints the policy document with the rights that plan (and drift), or apply, need
			for a spec, and no others: each action is one that scalectl calls or that
			Application Auto Scaling checks its caller for, on the endpoints, components and
			alarms of the spec where AWS lets a right be limited, in the spec's account and
			region where it names them. Rights to delete what an older spec of the same stack
			made are included. It needs no credentials and makes no call.`),
		Example: "  scalectl iam --for plan -f fleet.yaml\n  scalectl iam --for apply -f specs -e prod > policy.json",
		Args:    noArgs,
	}
	var files fileFlags
	files.register(cmd.Flags())
	purpose := choiceVar(cmd.Flags(), "for", "", "", "command that the rights are for", string(iam.Plan), string(iam.Apply))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if purpose.String() == "" {
			return usagef(cmd, "say what the rights are for: --for plan or --for apply")
		}
		loaded, _, err := a.load(cmd, &files, a.env.now())
		if err != nil {
			return err
		}
		doc, named := iam.For(loaded.Desired, iam.Purpose(purpose.String()))
		if !named {
			fmt.Fprintf(a.stderr, "scalectl: the names in the spec take more than the %d characters of a managed policy; the document allows all names\n", iam.MaxPolicySize)
		}
		enc := json.NewEncoder(a.stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(doc)
	}
	return cmd
}
