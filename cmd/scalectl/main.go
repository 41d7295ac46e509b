// Command scalectl keeps the auto scaling of SageMaker endpoints as a YAML spec says:
// it validates the spec, shows what it would change, and changes exactly that.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
	_ "time/tzdata" // scheduled actions name time zones; the machine may have no database of them
)

func main() {
	os.Exit(int(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr, system())))
}

// environment is what a run takes from the process around it.
type environment struct {
	lookup func(string) (string, bool) // environment variables
	now    func() time.Time
	// exit ends the process at once; only the crash faults of the sandbox use it.
	exit func(code int)
	// interrupts delivers one value for each Ctrl-C; nil leaves signals alone.
	interrupts func() (c <-chan os.Signal, stop func())
}

func system() environment {
	return environment{lookup: os.LookupEnv, now: time.Now, exit: os.Exit, interrupts: notifyInterrupts}
}

// run carries out one command line. Artefacts go to stdout, everything else to stderr.
// Cancelling the context is like Ctrl-C.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, env environment) exitCode {
	app := &app{env: env, stdin: stdin, stdout: stdout, stderr: stderr}
	root := app.command()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	var coded *codedError
	if err != nil && (!errors.As(err, &coded) || coded.err != nil) {
		fmt.Fprintln(stderr, "scalectl: "+printable(err.Error()))
	}
	return codeOf(err)
}
