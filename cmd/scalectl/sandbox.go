package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"text/tabwriter"
	"time"

	"github.com/scalectl/scalectl/pkg/sandbox"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// exitCrashed is what a process ends with when kill -9 hits it; the crash faults of the
// sandbox imitate that.
const exitCrashed = 137

// defaultState is the folder of the sandbox where no flag names one.
const defaultState = ".scalectl-sandbox"

func (a *app) sandboxCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "An embedded AWS to try things on",
		Long: paragraph(`sandbox works on the embedded AWS that "--sandbox DIR" runs any command against: it
			speaks the wire protocols of SageMaker, Application Auto Scaling, CloudWatch alarms
			and STS, enforces what AWS enforces, has a clock of its own, injects the faults that
			DIR/faults.json describes, and records every call. Its state lives in the folder
			given by --state (or --sandbox, which means the same here).`),
		Example: "  scalectl sandbox seed seed.yaml --state .sandbox\n  scalectl sandbox log --state .sandbox",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	flags := cmd.PersistentFlags()
	dir := flags.String("state", defaultState, "folder that holds the sandbox")
	cmd.SetGlobalNormalizationFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if name == "sandbox" {
			name = "state"
		}
		return pflag.NormalizedName(name)
	})
	open := func() (*sandbox.Server, error) { return a.openSandbox(*dir) }
	cmd.AddCommand(
		a.sandboxServeCommand(open),
		a.sandboxSeedCommand(open),
		a.sandboxLogCommand(open),
		a.sandboxResetCommand(open),
		a.sandboxAdvanceCommand(open),
	)
	return cmd
}

// openSandbox opens the sandbox in a folder, making it if it is not there.
func (a *app) openSandbox(dir string) (*sandbox.Server, error) {
	if dir == "" {
		return nil, fail(exitUsage, "the folder of the sandbox has no name")
	}
	return sandbox.New(sandbox.Options{
		Dir:    dir,
		Now:    a.env.now,
		Crash:  func() { a.env.exit(exitCrashed) },
		Logger: a.log,
	})
}

func (a *app) sandboxServeCommand(open func() (*sandbox.Server, error)) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the sandbox to other AWS clients",
		Long: paragraph(`serve lets any AWS client use the sandbox: point AWS_ENDPOINT_URL at the printed
			address and give it any credentials. It serves until interrupted. The control plane
			(clock, log, faults) is under /_sandbox/ on the same address.`),
		Example: "  scalectl sandbox serve --addr 127.0.0.1:4599 --state .sandbox",
		Args:    noArgs,
	}
	addr := cmd.Flags().String("addr", "127.0.0.1:4599", "address to listen on; port 0 takes a free one")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		srv, err := open()
		if err != nil {
			return err
		}
		listener, err := net.Listen("tcp", *addr)
		if err != nil {
			return fail(exitUsage, "listen: %w", err)
		}
		ctx, stop := a.interruptible(cmd.Context(), func() {})
		defer stop()
		fmt.Fprintf(a.stdout, "http://%s\n", listener.Addr())
		web := &http.Server{Handler: srv, ReadHeaderTimeout: 10 * time.Second}
		served := make(chan error, 1)
		go func() { served <- web.Serve(listener) }()
		select {
		case err := <-served:
			return fmt.Errorf("serve: %w", err)
		case <-ctx.Done():
		}
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if err := web.Shutdown(grace); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("stop serving: %w", err)
		}
		return nil
	}
	return cmd
}

func (a *app) sandboxSeedCommand(open func() (*sandbox.Server, error)) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "seed FILE",
		Short: "Make endpoints and other objects in the sandbox",
		Long: paragraph(`seed makes what a YAML file describes, so that there are endpoints to scale. Seeding
			is not recorded in the call log.`),
		Example: "  scalectl sandbox seed seed.yaml --state .sandbox",
		Args:    oneArg("the file that describes what to make"),
	}
	region := cmd.Flags().String("region", "us-east-1", "region to make it in")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		doc, err := os.ReadFile(args[0])
		if err != nil {
			return fail(exitUsage, "read seed: %w", err)
		}
		srv, err := open()
		if err != nil {
			return err
		}
		if err := srv.Seed(*region, doc); err != nil {
			return fail(exitInvalid, "seed %s: %w", args[0], err)
		}
		return nil
	}
	return cmd
}

func (a *app) sandboxLogCommand(open func() (*sandbox.Server, error)) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "log",
		Short: "Print the calls that the sandbox has received",
		Long: paragraph(`log prints every call since the sandbox was made or last reset, oldest first: its
			number, the sandbox's time, whether it changes things (W) or reads (R), the
			operation, the resource, and how it ended.`),
		Example: "  scalectl sandbox log --mutating --state .sandbox",
		Args:    noArgs,
	}
	mutating := cmd.Flags().Bool("mutating", false, "only calls that change things")
	form := choiceVar(cmd.Flags(), "output", "o", "text", "form of the output", "text", "json")
	cmd.RunE = func(*cobra.Command, []string) error {
		srv, err := open()
		if err != nil {
			return err
		}
		entries, err := srv.Log()
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(a.stdout, 0, 8, 2, ' ', 0)
		lines := json.NewEncoder(a.stdout)
		for _, e := range entries {
			if *mutating && !e.Mutating {
				continue
			}
			if form.String() == "json" {
				if err := lines.Encode(e); err != nil {
					return err
				}
				continue
			}
			kind := "R"
			if e.Mutating {
				kind = "W"
			}
			end := fmt.Sprint(e.Status)
			if e.Error != "" {
				end += " " + e.Error
			}
			if e.Fault != "" {
				end += " (fault " + e.Fault + ")"
			}
			fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\n", e.Seq, e.Time.Format(time.RFC3339), kind,
				printable(e.Service+":"+e.Operation), printable(e.Resource), printable(end))
		}
		return table.Flush()
	}
	return cmd
}

func (a *app) sandboxResetCommand(open func() (*sandbox.Server, error)) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "reset",
		Short:   "Empty the sandbox",
		Long:    paragraph(`reset removes everything from the sandbox: objects, faults and the call log.`),
		Example: "  scalectl sandbox reset --log-only --state .sandbox",
		Args:    noArgs,
	}
	logOnly := cmd.Flags().Bool("log-only", false, "only forget the call log")
	cmd.RunE = func(*cobra.Command, []string) error {
		srv, err := open()
		if err != nil {
			return err
		}
		if *logOnly {
			return srv.ResetLog()
		}
		return srv.Reset()
	}
	return cmd
}

func (a *app) sandboxAdvanceCommand(open func() (*sandbox.Server, error)) *cobra.Command {
	return &cobra.Command{
		Use:   "advance DURATION",
		Short: "Move the sandbox's clock forward",
		Long: paragraph(`advance moves the clock of the sandbox forward, and prints the new time. Whatever
			happens by itself in between, such as a scheduled action firing, has happened when
			it returns.`),
		Example: "  scalectl sandbox advance 36h --state .sandbox",
		Args:    oneArg("a duration such as 90s or 36h"),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := time.ParseDuration(args[0])
			if err != nil || d < 0 {
				return usagef(cmd, "%q is not a duration such as 90s or 36h", args[0])
			}
			srv, err := open()
			if err != nil {
				return err
			}
			if err := srv.Advance(d); err != nil {
				return err
			}
			_, err = fmt.Fprintln(a.stdout, srv.Now().Format(time.RFC3339))
			return err
		},
	}
}
