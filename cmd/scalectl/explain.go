package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scalectl/scalectl/pkg/diag"
	"github.com/scalectl/scalectl/pkg/plan"
	"github.com/scalectl/scalectl/pkg/render"
	"github.com/scalectl/scalectl/pkg/spec"
	"github.com/scalectl/scalectl/schemas"
	"github.com/spf13/cobra"
)

func (a *app) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [RULE|FIELD]",
		Short: "Explain a rule or a field of the spec",
		Long: paragraph(`explain says what a rule that a finding names is about, with an example, or what a
			field of the spec means. A field is named by its path or the end of it. Without an
			argument it lists the rules.`),
		Example: "  scalectl explain capacity-range\n  scalectl explain scaling.minCapacity\n  scalectl explain",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef(cmd, "takes one rule or field, not %d", len(args))
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var ids []string
			for _, r := range ruleTexts() {
				ids = append(ids, r.ID+"\t"+r.Title)
			}
			return ids, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			opts := a.look(a.stdout)
			rules := ruleTexts()
			if len(args) == 0 {
				return render.Rules(a.stdout, rules, opts)
			}
			for _, r := range rules {
				if r.ID == args[0] {
					return render.ExplainRule(a.stdout, r, opts)
				}
			}
			fields, err := specFields(schemas.Spec)
			if err != nil {
				return err
			}
			found := matchFields(fields, args[0])
			for i, f := range found {
				if i > 0 {
					fmt.Fprintln(a.stdout)
				}
				if err := render.ExplainField(a.stdout, f, opts); err != nil {
					return err
				}
			}
			if len(found) == 0 {
				return usagef(cmd, "no rule or field is called %q%s", args[0], similar(args[0], rules, fields))
			}
			return nil
		},
	}
}

// ruleTexts returns the rules about files and those that need live endpoints, by id.
func ruleTexts() []render.Rule {
	var rules []render.Rule
	for _, r := range spec.Rules() {
		rules = append(rules, render.Rule{
			ID: r.ID, Severity: r.Severity, Title: r.Title, Explain: r.Explain, Bad: r.Bad, Good: r.Good, Source: r.Source,
			Firm: r.Structural,
		})
	}
	for _, r := range plan.LiveRules() {
		rules = append(rules, render.Rule{ID: r.ID, Severity: diag.Error, Title: r.Title, Explain: r.Explain, Firm: true})
	}
	slices.SortFunc(rules, func(a, b render.Rule) int { return strings.Compare(a.ID, b.ID) })
	return rules
}

// similar names the rules and fields that have the text in them.
func similar(text string, rules []render.Rule, fields []render.Field) string {
	const most = 8
	text = strings.ToLower(text)
	seen := map[string]bool{}
	var names []string
	add := func(name string) {
		if strings.Contains(strings.ToLower(name), text) && !seen[name] && len(names) < most {
			seen[name] = true
			names = append(names, name)
		}
	}
	for _, r := range rules {
		add(r.ID)
	}
	for _, f := range fields {
		path := f.Paths[0]
		add(path[strings.LastIndexByte(path, '.')+1:])
	}
	if len(names) == 0 {
		return `; "scalectl explain" lists the rules, "scalectl schema" holds the fields`
	}
	return "; there are " + strings.Join(names, ", ")
}
