package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// app is one run of scalectl: the world around it and the flags that every command has.
type app struct {
	env    environment
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer

	color     choice
	logLevel  choice
	logFormat choice

	log *slog.Logger
}

// command builds the command tree.
func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "scalectl",
		Short: "Auto scaling of SageMaker endpoints from a YAML spec",
		Long: paragraph(`scalectl reads a YAML spec of how SageMaker endpoints should scale, compares it with
			live AWS, shows a plan, and applies exactly that plan. It keeps no state file, and it
			leaves the number of running instances to the autoscaler.`),
		Example:           "  scalectl validate -f fleet.yaml\n  scalectl plan -f fleet.yaml\n  scalectl apply -f fleet.yaml",
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		Args:              noArgs,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(*cobra.Command, []string) error { return a.setUp() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if cmd.HasSubCommands() && cmd.Flags().NArg() > 0 {
			// The flag belongs to a command whose name is misspelt.
			return noArgs(cmd, cmd.Flags().Args())
		}
		return usageError(cmd, err)
	})
	flags := root.PersistentFlags()
	a.color = choiceVar(flags, "color", "", "auto", "colour in text output", "auto", "always", "never")
	a.logLevel = choiceVar(flags, "log-level", "", "warn", "what to log on stderr", "debug", "info", "warn", "error")
	a.logFormat = choiceVar(flags, "log-format", "", "text", "form of the log", "text", "json")
	root.AddCommand(
		a.validateCommand(),
		a.planCommand(),
		a.applyCommand(),
		a.driftCommand(),
		a.showCommand(),
		a.explainCommand(),
		a.schemaCommand(),
		a.iamCommand(),
		a.sandboxCommand(),
		a.versionCommand(),
		a.completionCommand(),
	)
	return root
}

// setUp runs before every command, once the flags are known.
func (a *app) setUp() error {
	var level slog.Level
	if err := level.UnmarshalText([]byte(a.logLevel.String())); err != nil {
		return fmt.Errorf("log level: %w", err)
	}
	opts := &slog.HandlerOptions{Level: level}
	if a.logFormat.String() == "json" {
		a.log = slog.New(slog.NewJSONHandler(a.stderr, opts))
	} else {
		a.log = slog.New(slog.NewTextHandler(a.stderr, opts))
	}
	return nil
}

// usageError adds where to read on.
func usageError(cmd *cobra.Command, err error) error {
	var coded *codedError
	if errors.As(err, &coded) {
		return err
	}
	return fail(exitUsage, "%w\nrun %q for help", err, cmd.CommandPath()+" --help")
}

// usagef is a wrong use of a command that no flag parser could see.
func usagef(cmd *cobra.Command, format string, args ...any) error {
	return usageError(cmd, fmt.Errorf(format, args...))
}

func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if cmd.HasSubCommands() {
		text := fmt.Sprintf("unknown command %q", args[0])
		cmd.SuggestionsMinimumDistance = 2 // letters by which a misspelt command may differ
		if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
			text += fmt.Sprintf("; did you mean %q?", near[0])
		}
		return usagef(cmd, "%s", text)
	}
	return usagef(cmd, "unexpected argument %q", args[0])
}

func oneArg(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usagef(cmd, "needs exactly one argument: %s", what)
		}
		return nil
	}
}

// choice is a flag with a fixed set of values.
type choice struct{ *choiceValue }

type choiceValue struct {
	value   string
	allowed []string
}

func choiceVar(flags *pflag.FlagSet, name, shorthand, value, usage string, allowed ...string) choice {
	v := &choiceValue{value, allowed}
	flags.VarP(v, name, shorthand, usage+": "+strings.Join(allowed, ", "))
	return choice{v}
}

func (v *choiceValue) String() string { return v.value }

// Type is the word for the value in help texts.
func (v *choiceValue) Type() string { return "word" }

// Set takes one of the allowed values.
func (v *choiceValue) Set(s string) error {
	for _, a := range v.allowed {
		if s == a {
			v.value = s
			return nil
		}
	}
	return fmt.Errorf("must be one of %s", strings.Join(v.allowed, ", "))
}

// paragraph folds a help text that is written over several lines into lines of at most 80
// columns.
func paragraph(text string) string {
	var b strings.Builder
	width := 0
	for _, word := range strings.Fields(text) {
		if width > 0 && width+1+len(word) > 80 {
			b.WriteByte('\n')
			width = 0
		}
		if width > 0 {
			b.WriteByte(' ')
			width++
		}
		b.WriteString(word)
		width += len(word)
	}
	return b.String()
}
