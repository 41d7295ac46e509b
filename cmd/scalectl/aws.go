package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/scalectl/scalectl/pkg/live"
	"github.com/spf13/pflag"
)

// awsFlags say which AWS to talk to. Everything they leave open comes from the SDK's own
// chain: AWS_PROFILE, SSO, roles, AWS_ENDPOINT_URL and so on.
type awsFlags struct {
	region      string
	profile     string
	sandbox     string
	parallelism int
}

func (f *awsFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.region, "region", "", "AWS region; must agree with the region of the spec if that names one")
	flags.StringVar(&f.profile, "profile", "", "profile of the AWS configuration files")
	flags.StringVar(&f.sandbox, "sandbox", "", "work on the embedded AWS whose state is in this folder, not on a real one")
	flags.IntVar(&f.parallelism, "parallelism", live.DefaultParallelism, "how many calls may be under way at once")
}

// words returns the flags as they are written on a command line.
func (f *awsFlags) words() []string {
	var w []string
	add := func(name, value string) {
		if value != "" {
			w = append(w, name, value)
		}
	}
	add("--region", f.region)
	add("--profile", f.profile)
	add("--sandbox", f.sandbox)
	return w
}

// connection is an AWS to talk to and its clock.
type connection struct {
	clients *live.Clients
	now     func() time.Time
}

// sandboxRegion is where a sandbox is when nothing else says so.
const sandboxRegion = "us-east-1"

// sandboxBackoff is the longest pause between two attempts on a sandbox, which has no
// other clients to make room for.
const sandboxBackoff = 10 * time.Millisecond

// connect makes the clients. It makes no call. specRegion is used where --region names
// none; where both do, reading compares them.
func (a *app) connect(ctx context.Context, f *awsFlags, specRegion string) (*connection, error) {
	if f.parallelism < 1 {
		return nil, fail(exitUsage, "--parallelism must be at least 1")
	}
	region := f.region
	if region == "" {
		region = specRegion
	}
	if f.sandbox != "" {
		return a.connectSandbox(f.sandbox, region)
	}
	var options []func(*config.LoadOptions) error
	if f.profile != "" {
		options = append(options, config.WithSharedConfigProfile(f.profile))
	}
	if region != "" {
		options = append(options, config.WithRegion(region))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, fail(exitDenied, "load AWS configuration: %w", err)
	}
	if cfg.Region == "" {
		return nil, fail(exitDenied, "no region: set region in the spec, give --region, or set AWS_REGION")
	}
	return &connection{live.NewClients(cfg, live.ClientOptions{}), a.env.now}, nil
}

// connectSandbox makes clients whose calls stay in the process.
func (a *app) connectSandbox(dir, region string) (*connection, error) {
	srv, err := a.openSandbox(dir)
	if err != nil {
		return nil, fmt.Errorf("--sandbox: %w", err)
	}
	if region == "" {
		region = sandboxRegion
	}
	cfg := aws.Config{
		Region:      region,
		Credentials: credentials.NewStaticCredentialsProvider("sandbox", "sandbox", ""),
		HTTPClient:  srv.HTTPClient(),
	}
	return &connection{live.NewClients(cfg, live.ClientOptions{MaxBackoff: sandboxBackoff}), srv.Now}, nil
}
