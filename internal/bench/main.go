// Command bench measures scalectl at 10, 100 and 1,000 endpoints with two policies, one
// alarm and one scheduled action each. It runs the real binary against a served sandbox
// that answers each call after 20 ms, and prints AWS calls per plan by operation beside
// the smallest number that AWS's page sizes allow, wall time, processor time and peak
// memory. It compares nothing with a limit: numbers on a shared machine are for people.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/scalectl/scalectl/pkg/live"
	"github.com/scalectl/scalectl/pkg/model"
	"github.com/scalectl/scalectl/pkg/plan"
	"github.com/scalectl/scalectl/pkg/render"
	"github.com/scalectl/scalectl/pkg/sandbox"
	"github.com/scalectl/scalectl/pkg/spec"
)

const latency = 20 * time.Millisecond

func main() {
	binary := flag.String("scalectl", "bin/scalectl", "the binary to measure")
	flag.Parse()
	if err := run(*binary); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(binary string) error {
	if _, err := os.Stat(binary); err != nil {
		return err
	}
	best := time.Hour
	for range 20 {
		u, err := measure(exec.Command(binary, "version"))
		if err != nil {
			return err
		}
		best = min(best, u.wall)
	}
	fmt.Printf("version: %s, the best of 20\n", best.Round(100*time.Microsecond))
	for _, n := range []int{10, 100, 1000} {
		if err := fleet(binary, n); err != nil {
			return fmt.Errorf("%d endpoints: %w", n, err)
		}
	}
	return nil
}

// usage is what a finished process took.
type usage struct {
	wall, cpu time.Duration
	peak      int64 // bytes
}

func (u usage) String() string {
	return fmt.Sprintf("%s wall, %s processor, %.0f MB peak", u.wall.Round(time.Millisecond), u.cpu.Round(time.Millisecond), float64(u.peak)/1e6)
}

func measure(cmd *exec.Cmd) (usage, error) {
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	if err != nil {
		return usage{}, fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, out.Bytes())
	}
	rusage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return usage{}, errors.New("this system does not tell the memory of a process")
	}
	return usage{wall, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), rusage.Maxrss * 1024}, nil
}

// fleet measures validate and plan for n endpoints whose scaling is in place.
func fleet(binary string, n int) error {
	dir, err := os.MkdirTemp("", "scalectl-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "fleet.yaml")
	if err := os.WriteFile(file, fleetSpec(n), 0o600); err != nil {
		return err
	}
	validate, err := measure(exec.Command(binary, "validate", "-f", file))
	if err != nil {
		return err
	}
	fmt.Printf("\n%d endpoints\n  validate: %s\n", n, validate)

	// The fleet is put in place without latency, then planned with it.
	fast, err := sandbox.New(sandbox.Options{MaxTargets: n + 1})
	if err != nil {
		return err
	}
	if err := fast.Seed("us-east-1", fleetSeed(n)); err != nil {
		return err
	}
	if _, err := onSandbox(fast, exec.Command(binary, "apply", "--auto-approve", "--progress", "none", "-f", file)); err != nil {
		return err
	}
	state, err := fast.Snapshot()
	if err != nil {
		return err
	}
	slow, err := sandbox.New(sandbox.Options{Latency: latency, MaxTargets: n + 1})
	if err != nil {
		return err
	}
	if err := slow.Restore(state); err != nil {
		return err
	}
	plan, err := onSandbox(slow, exec.Command(binary, "plan", "--detailed-exitcode", "--progress", "none", "-f", file))
	if err != nil {
		return err
	}
	fmt.Printf("  plan:     %s, at %s latency\n", plan, latency)
	if err := computing(fast, file, n); err != nil {
		return err
	}
	return calls(slow, n)
}

// computing prints how long the parts of a plan take that do not talk to AWS, each the
// best of five: for the fleet as it is, and for one that has to be made from nothing.
func computing(server *sandbox.Server, file string, n int) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	sources := []spec.Source{{Name: file, Data: text}}
	fleet, problems := spec.Load(sources, spec.Options{})
	if fleet == nil {
		return fmt.Errorf("load: %v", problems)
	}
	clients := live.NewClients(aws.Config{
		Region:      "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider("bench", "bench", ""),
		HTTPClient:  server.HTTPClient(),
	}, live.ClientOptions{})
	observed, err := (&live.Reader{Clients: clients}).Read(context.Background(), fleet.Desired)
	if err != nil {
		return err
	}
	nothing := observed
	nothing.Targets, nothing.Alarms = nil, nil
	for _, moment := range []struct {
		name     string
		observed model.Observed
	}{{"nothing to do", observed}, {"everything to create", nothing}} {
		var load, build, show time.Duration = time.Hour, time.Hour, time.Hour
		changes := 0
		for range 5 {
			start := time.Now()
			spec.Load(sources, spec.Options{})
			load = min(load, time.Since(start))
			start = time.Now()
			p, err := plan.Build(plan.Input{Desired: fleet.Desired, Observed: moment.observed, Positions: fleet.Positions, Now: start})
			if err != nil {
				return err
			}
			build = min(build, time.Since(start))
			start = time.Now()
			if err := render.Plan(io.Discard, p, render.Options{}); err != nil {
				return err
			}
			show = min(show, time.Since(start))
			changes = len(p.Changes)
		}
		fmt.Printf("  computing, %s: %s in all for %d changes: load %s, build %s, render %s\n", moment.name,
			(load + build + show).Round(time.Millisecond), changes, load.Round(time.Millisecond), build.Round(time.Millisecond), show.Round(time.Millisecond))
	}
	return nil
}

// onSandbox runs a command with nothing but the served sandbox as its AWS.
func onSandbox(server *sandbox.Server, cmd *exec.Cmd) (usage, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return usage{}, err
	}
	web := &http.Server{Handler: server, ReadHeaderTimeout: time.Minute}
	go func() { _ = web.Serve(listener) }()
	defer web.Close()
	cmd.Env = append(os.Environ(),
		"AWS_ENDPOINT_URL=http://"+listener.Addr().String(),
		"AWS_ACCESS_KEY_ID=bench", "AWS_SECRET_ACCESS_KEY=bench", "AWS_REGION=us-east-1",
		"AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull)
	return measure(cmd)
}

// calls prints the calls of one plan beside the floor: what AWS's page sizes force.
func calls(server *sandbox.Server, n int) error {
	log, err := server.Log()
	if err != nil {
		return err
	}
	made := map[string]int{}
	for _, e := range log {
		made[e.Service+" "+e.Operation]++
	}
	pages := func(items, size int) int { return max(1, (items+size-1)/size) }
	floor := map[string]int{
		"sts GetCallerIdentity":                            1,
		"application-autoscaling DescribeScalableTargets":  pages(n, 50),
		"application-autoscaling DescribeScalingPolicies":  pages(2*n, 10),
		"application-autoscaling DescribeScheduledActions": pages(n, 50),
		"application-autoscaling ListTagsForResource":      n, // one target a call
		"cloudwatch DescribeAlarms":                        pages(n, 100),
		"cloudwatch ListTagsForResource":                   n, // one alarm a call
		"sagemaker DescribeEndpoint":                       n,
		"sagemaker DescribeEndpointConfig":                 n,
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tcalls\tfloor\tratio\t  operation")
	row := func(name string, calls, floor int) {
		ratio := "-"
		if floor > 0 {
			ratio = fmt.Sprintf("%.3f", float64(calls)/float64(floor))
		}
		fmt.Fprintf(w, "\t%d\t%d\t%s\t  %s\n", calls, floor, ratio, name)
	}
	names := map[string]bool{}
	for name := range maps.Keys(made) {
		names[name] = true
	}
	for name := range maps.Keys(floor) {
		names[name] = true
	}
	total, least := 0, 0
	for _, name := range slices.Sorted(maps.Keys(names)) {
		row(name, made[name], floor[name])
		total += made[name]
		least += floor[name]
	}
	row("all", total, least)
	return w.Flush()
}

func fleetSpec(n int) []byte {
	var b bytes.Buffer
	io.WriteString(&b, `apiVersion: scalectl/v1
stack: bench
region: us-east-1
policies:
  invocations:
    targetTracking: {predefinedMetric: SageMakerVariantInvocationsPerInstance, targetValue: 70}
  latency:
    stepScaling:
      adjustmentType: ChangeInCapacity
      stepAdjustments: [{metricIntervalLowerBound: 0, scalingAdjustment: 1}]
      alarm:
        metricName: ModelLatency
        namespace: AWS/SageMaker
        dimensions: {EndpointName: "${endpoint}", VariantName: "${variant}"}
        statistic: Average
        period: 1m
        evaluationPeriods: 3
        threshold: 500000
        comparisonOperator: GreaterThanThreshold
endpoints:
`)
	for i := range n {
		fmt.Fprintf(&b, `  endpoint-%04d:
    variants:
      main:
        scaling:
          minCapacity: 1
          maxCapacity: %d
          policies: {invocations: {}, latency: {}}
          scheduledActions:
            open: {schedule: "cron(0 7 ? * MON-FRI *)", timezone: Europe/Berlin, minCapacity: 2}
`, i, 4+i%5)
	}
	return b.Bytes()
}

func fleetSeed(n int) []byte {
	var b bytes.Buffer
	io.WriteString(&b, "endpoints:\n")
	for i := range n {
		fmt.Fprintf(&b, "  endpoint-%04d: {variants: {main: {instanceType: ml.m5.xlarge, count: 2}}}\n", i)
	}
	return b.Bytes()
}
