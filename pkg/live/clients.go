package live

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/schemas"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/transport/http/protocol/awsquery"
)

// The names by which Stats and the journal call the services: their prefixes in IAM.
const (
	ServiceAutoScaling = "application-autoscaling"
	ServiceCloudWatch  = "cloudwatch"
	ServiceSageMaker   = "sagemaker"
	ServiceSTS         = "sts"
)

// DefaultMaxAttempts is how often one call is tried when neither ClientOptions nor
// AWS_MAX_ATTEMPTS says otherwise. It is above the SDK's 3 because Application Auto
// Scaling admits a few calls a second (fact 112) and a fleet makes thousands.
const DefaultMaxAttempts = 8

// DefaultMaxBackoff is the longest pause between two attempts.
const DefaultMaxBackoff = 20 * time.Second

// DefaultAttemptTimeout ends an attempt that gets no reply, so that a dead connection
// cannot hang a run. AWS answers each of these calls within seconds.
const DefaultAttemptTimeout = time.Minute

// ClientOptions configures NewClients. The zero value is fit for use.
type ClientOptions struct {
	// MaxAttempts is how often one call is tried, at least 1; 0 takes AWS_MAX_ATTEMPTS or
	// the profile's max_attempts, and DefaultMaxAttempts where neither is set.
	MaxAttempts int
	// MaxBackoff is the longest pause between two attempts; 0 is DefaultMaxBackoff. The
	// pauses grow exponentially and are drawn at random below their limit.
	MaxBackoff time.Duration
	// AttemptTimeout is the time one attempt may take; 0 is DefaultAttemptTimeout.
	AttemptTimeout time.Duration
}

// Clients holds one client per service, all with the same retries, and counts what goes
// through them. It is safe for concurrent use.
type Clients struct {
	AutoScaling *applicationautoscaling.Client
	CloudWatch  *cloudwatch.Client
	SageMaker   *sagemaker.Client
	STS         *sts.Client
	// Region is the region that the clients talk to.
	Region string

	recorder *recorder
	// noTags is set once the server turned out not to know the tags of scalable targets.
	noTags atomic.Bool
}

// NewClients makes the clients from a configuration that the caller loaded. Credentials,
// region, endpoints and the HTTP client are the configuration's own.
//
// Where the configuration names a custom endpoint, CloudWatch is spoken to in the query
// protocol, since emulators such as moto and LocalStack do not know the SDK's default,
// RPC v2 CBOR (fact 4). AWS itself understands both.
func NewClients(cfg aws.Config, opts ClientOptions) *Clients {
	cfg = cfg.Copy()
	if cfg.Credentials != nil {
		cfg.Credentials = credentials{cfg.Credentials}
	}
	if opts.AttemptTimeout <= 0 {
		opts.AttemptTimeout = DefaultAttemptTimeout
	}
	rec := &recorder{timeout: opts.AttemptTimeout}
	retries := newRetries(cfg, opts)
	return &Clients{
		AutoScaling: applicationautoscaling.NewFromConfig(cfg, func(o *applicationautoscaling.Options) {
			o.Retryer, o.RetryMaxAttempts = retries.retryer(), retries.attempts
			o.APIOptions = append(o.APIOptions, rec.install(ServiceAutoScaling, o.BaseEndpoint))
		}),
		CloudWatch: cloudwatch.NewFromConfig(cfg, func(o *cloudwatch.Options) {
			o.Retryer, o.RetryMaxAttempts = retries.retryer(), retries.attempts
			o.APIOptions = append(o.APIOptions, rec.install(ServiceCloudWatch, o.BaseEndpoint))
			if o.BaseEndpoint != nil {
				o.Protocol = awsquery.New(schemas.GraniteServiceVersion20100801)
			}
		}),
		SageMaker: newSageMaker(cfg, retries, rec),
		STS: sts.NewFromConfig(cfg, func(o *sts.Options) {
			o.Retryer, o.RetryMaxAttempts = retries.retryer(), retries.attempts
			o.APIOptions = append(o.APIOptions, rec.install(ServiceSTS, o.BaseEndpoint))
		}),
		Region:   cfg.Region,
		recorder: rec,
	}
}

// CredentialsError says that no credentials could be had.
type CredentialsError struct{ Err error }

func (e *CredentialsError) Error() string { return "get credentials: " + e.Err.Error() }

func (e *CredentialsError) Unwrap() error { return e.Err }

// credentials marks the errors of a provider, which the SDK passes on as plain text, and
// is otherwise that provider.
type credentials struct{ aws.CredentialsProvider }

func (c credentials) Retrieve(ctx context.Context) (aws.Credentials, error) {
	creds, err := c.CredentialsProvider.Retrieve(ctx)
	if err != nil && ctx.Err() == nil {
		err = &CredentialsError{err}
	}
	return creds, err
}

// IsCredentialsProvider keeps aws.IsCredentialsProvider, with which the SDK looks for
// anonymous credentials, looking at the provider inside.
func (c credentials) IsCredentialsProvider(target aws.CredentialsProvider) bool {
	return aws.IsCredentialsProvider(c.CredentialsProvider, target)
}
