package live

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

// retries is the retry policy that all clients share.
type retries struct {
	attempts int
	adaptive bool
	standard func(*retry.StandardOptions)
}

func newRetries(cfg aws.Config, opts ClientOptions) retries {
	r := retries{attempts: DefaultMaxAttempts, adaptive: cfg.RetryMode == aws.RetryModeAdaptive}
	if cfg.RetryMaxAttempts > 0 {
		r.attempts = cfg.RetryMaxAttempts
	}
	if opts.MaxAttempts > 0 {
		r.attempts = opts.MaxAttempts
	}
	backoff := opts.MaxBackoff
	if backoff <= 0 {
		backoff = DefaultMaxBackoff
	}
	r.standard = func(o *retry.StandardOptions) {
		o.MaxAttempts = r.attempts
		o.MaxBackoff = backoff
		// The SDK's own budget of retries is shared by all calls of a client: a fleet read
		// in parallel would use it up and fail where patience helps. Attempts are bounded
		// per call instead.
		o.RateLimiter = ratelimit.None
		o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(retryable)}, o.Retryables...)
		o.Throttles = append([]retry.IsErrorThrottle{retry.IsErrorThrottleFunc(func(err error) aws.Ternary {
			return aws.BoolTernary(isThrottle(err))
		})}, o.Throttles...)
	}
	return r
}

// retryer makes one client's retryer: exponential back-off with full jitter, or the SDK's
// adaptive mode where AWS_RETRY_MODE asks for it.
func (r retries) retryer() aws.Retryer {
	if r.adaptive {
		return retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) {
			o.StandardOptions = append(o.StandardOptions, r.standard)
		})
	}
	return retry.NewStandard(r.standard)
}

// retryable overrules the SDK where it knows these services less well than we do (fact
// 228), and leaves everything else to it.
func retryable(err error) aws.Ternary {
	switch code := errorCode(err); {
	case as[*NotOfferedError](err):
		return aws.FalseTernary
	case code == "LimitExceededException", code == "LimitExceeded", code == "ResourceLimitExceeded":
		// A quota. The SDK takes the first for a throttle (fact 113).
		return aws.FalseTernary
	case code == "ConcurrentUpdateException":
		// Another write to the same target is under way; its HTTP status is UNSURE (fact 9).
		return aws.TrueTernary
	case code == "InternalServiceException", code == "InternalServiceError":
		return aws.TrueTernary
	case isThrottle(err):
		return aws.TrueTernary
	}
	return aws.UnknownTernary
}
