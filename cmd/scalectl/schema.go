package main

import (
	"github.com/scalectl/scalectl/schemas"
	"github.com/spf13/cobra"
)

func (a *app) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON schema of the spec",
		Long: paragraph(`schema prints the JSON schema of the spec, for editors that complete and check YAML:
			save it and name it in the first line of a spec, as in
			"# yaml-language-server: $schema=scalectl.schema.json".`),
		Example: "  scalectl schema > scalectl.schema.json",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := a.stdout.Write(schemas.Spec)
			return err
		},
	}
}
