package main

import (
	"maps"
	"slices"

	"github.com/scalectl/scalectl/schemas"
	"github.com/spf13/cobra"
)

func (a *app) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema [spec|plan]",
		Short: "Print the JSON schema of the spec or of a plan",
		Long: paragraph(`schema prints a JSON schema. That of the spec is for editors that complete and check
			YAML: save it and name it in the first line of a spec, as in
			"# yaml-language-server: $schema=scalectl.schema.json". That of a plan is for programs
			that read what "plan -o json" writes.`),
		Example: "  scalectl schema > scalectl.schema.json\n  scalectl schema plan",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 || len(args) == 1 && publishedSchemas[args[0]] == nil {
				return usagef(cmd, "takes spec or plan")
			}
			return nil
		},
		ValidArgs: slices.Sorted(maps.Keys(publishedSchemas)),
		RunE: func(_ *cobra.Command, args []string) error {
			name := "spec"
			if len(args) > 0 {
				name = args[0]
			}
			_, err := a.stdout.Write(publishedSchemas[name])
			return err
		},
	}
}

// publishedSchemas holds the schemas by what they describe.
var publishedSchemas = map[string][]byte{"spec": schemas.Spec, "plan": schemas.Plan}
