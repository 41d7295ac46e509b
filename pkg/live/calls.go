package live

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Attempt is one request on its way to AWS.
type Attempt struct {
	Service   string // as in IAM: "application-autoscaling"
	Operation string // "PutScalingPolicy"
	Number    int    // from 1
	Input     any    // the SDK's input; see RequestJSON
}

// Reply is what came back for an attempt.
type Reply struct {
	// Err is nil when AWS carried the call out. Code is its error code, "" when the error
	// is not AWS's own, such as a broken connection: then the call may have been carried
	// out all the same.
	Err       error
	Code      string
	RequestID string
	Status    int // HTTP status; 0 when there was no reply
}

// Hook sees every attempt of every mutating call made with a context that carries it.
type Hook interface {
	// Before runs before the request leaves the process. An error keeps it from leaving and
	// becomes the error of the call, which is not retried.
	Before(context.Context, Attempt) error
	// After runs when the reply is there, or is known not to come.
	After(context.Context, Attempt, Reply)
}

type hookKey struct{}

// WithHook returns a context whose mutating calls the hook sees.
func WithHook(ctx context.Context, h Hook) context.Context {
	return context.WithValue(ctx, hookKey{}, h)
}

// OperationStats counts the calls of one operation.
type OperationStats struct {
	Service   string `json:"service"`
	Operation string `json:"operation"`
	Mutating  bool   `json:"mutating"`
	Calls     int    `json:"calls"`     // as the program made them
	Attempts  int    `json:"attempts"`  // as AWS saw them: calls and retries
	Throttled int    `json:"throttled"` // attempts that AWS refused for their rate
	Failed    int    `json:"failed"`    // calls that failed in the end
}

// Retries returns how many attempts were repetitions.
func (s OperationStats) Retries() int { return max(0, s.Attempts-s.Calls) }

// Stats counts calls by operation, sorted by service and operation.
type Stats []OperationStats

// Total returns the sum over all operations.
func (s Stats) Total() OperationStats {
	var sum OperationStats
	for _, op := range s {
		sum.Calls += op.Calls
		sum.Attempts += op.Attempts
		sum.Throttled += op.Throttled
		sum.Failed += op.Failed
	}
	return sum
}

// Since returns what was added after an earlier reading of the same clients.
func (s Stats) Since(earlier Stats) Stats {
	var out Stats
	for _, op := range s {
		for _, e := range earlier {
			if e.Service == op.Service && e.Operation == op.Operation {
				op.Calls -= e.Calls
				op.Attempts -= e.Attempts
				op.Throttled -= e.Throttled
				op.Failed -= e.Failed
			}
		}
		if op.Calls > 0 || op.Attempts > 0 {
			out = append(out, op)
		}
	}
	return out
}

// Stats returns what went through the clients so far.
func (c *Clients) Stats() Stats { return c.recorder.stats() }

// IsMutating reports whether the operation changes anything. All operations of the four
// services that read begin with one of three verbs.
func IsMutating(operation string) bool {
	for _, verb := range []string{"Describe", "List", "Get"} {
		if strings.HasPrefix(operation, verb) {
			return false
		}
	}
	return true
}

// recorder is the middleware that every call and every attempt passes through.
type recorder struct {
	timeout time.Duration

	mu  sync.Mutex
	ops map[[2]string]*OperationStats
}

func (r *recorder) stats() Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make(Stats, 0, len(r.ops))
	for _, op := range r.ops {
		out = append(out, *op)
	}
	slices.SortFunc(out, func(a, b OperationStats) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Operation, b.Operation))
	})
	return out
}

func (r *recorder) count(service, operation string, add func(*OperationStats)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ops == nil {
		r.ops = map[[2]string]*OperationStats{}
	}
	key := [2]string{service, operation}
	op := r.ops[key]
	if op == nil {
		op = &OperationStats{Service: service, Operation: operation, Mutating: IsMutating(operation)}
		r.ops[key] = op
	}
	add(op)
}

// call is the state of one call while its attempts go on.
type call struct {
	input    any
	attempts int
}

type callKey struct{}

// install returns the option that adds the middleware to a service's operations: one part
// around the whole call, one inside the SDK's retry loop around each attempt.
//
// endpoint is the service's custom endpoint, nil for AWS's own.
func (r *recorder) install(service string, endpoint *string) func(*middleware.Stack) error {
	whole := middleware.InitializeMiddlewareFunc("scalectl.call", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		ctx = context.WithValue(ctx, callKey{}, &call{input: in.Parameters})
		out, metadata, err := next.HandleInitialize(ctx, in)
		r.count(service, middleware.GetOperationName(ctx), func(op *OperationStats) {
			op.Calls++
			if err != nil {
				op.Failed++
			}
		})
		return out, metadata, err
	})
	each := middleware.FinalizeMiddlewareFunc("scalectl.attempt", func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
		out, metadata, err := r.attempt(ctx, service, in, next)
		if endpoint != nil && isNotOffered(metadata, err) {
			err = &NotOfferedError{Endpoint: *endpoint, Operation: middleware.GetOperationName(ctx), Err: err}
		}
		return out, metadata, err
	})
	return func(stack *middleware.Stack) error {
		if err := stack.Initialize.Add(whole, middleware.Before); err != nil {
			return err
		}
		return stack.Finalize.Insert(each, "Retry", middleware.After)
	}
}

// attempt carries out one attempt. A mutating one is not cut short when the context is
// cancelled: what has left the process is waited for, so that its result is known and
// written down. The pause before the next attempt does end then, because the SDK's retry
// loop outside keeps the context that can be cancelled.
func (r *recorder) attempt(ctx context.Context, service string, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
	current, ok := ctx.Value(callKey{}).(*call)
	if !ok {
		return middleware.FinalizeOutput{}, middleware.Metadata{}, errors.New("this is a bug in scalectl: an attempt outside of a call")
	}
	current.attempts++
	a := Attempt{Service: service, Operation: middleware.GetOperationName(ctx), Number: current.attempts, Input: current.input}
	mutating := IsMutating(a.Operation)
	hook, _ := ctx.Value(hookKey{}).(Hook)
	if !mutating {
		hook = nil
	}
	if hook != nil {
		if err := hook.Before(ctx, a); err != nil {
			return middleware.FinalizeOutput{}, middleware.Metadata{}, &hookError{err}
		}
	}

	base := ctx
	if mutating {
		base = context.WithoutCancel(ctx)
	}
	limited, cancel := context.WithTimeout(base, r.timeout)
	out, metadata, err := next.HandleFinalize(limited, in)
	if err != nil && limited.Err() != nil && base.Err() == nil {
		// The SDK reports our own deadline as a cancellation, which it would not retry.
		err = &attemptTimeoutError{r.timeout}
	}
	cancel()

	r.count(a.Service, a.Operation, func(op *OperationStats) {
		op.Attempts++
		if isThrottle(err) {
			op.Throttled++
		}
	})
	if hook != nil {
		hook.After(ctx, a, reply(metadata, err))
	}
	return out, metadata, err
}

func reply(metadata middleware.Metadata, err error) Reply {
	out := Reply{Err: err, Code: errorCode(err), Status: httpStatus(err)}
	out.RequestID, _ = awsmiddleware.GetRequestIDMetadata(metadata)
	if resp, ok := awsmiddleware.GetRawResponse(metadata).(*smithyhttp.Response); ok && out.Status == 0 {
		out.Status = resp.StatusCode
	}
	return out
}

// NotOfferedError says that the server behind a custom endpoint does not know the
// operation. Emulators offer a part of AWS. It is not retried.
type NotOfferedError struct {
	Endpoint, Operation string
	Err                 error
}

func (e *NotOfferedError) Error() string {
	return fmt.Sprintf("the server at %s does not offer %s: %v", e.Endpoint, e.Operation, e.Err)
}

func (e *NotOfferedError) Unwrap() error { return e.Err }

// RetryableError keeps the SDK from trying again.
func (e *NotOfferedError) RetryableError() bool { return false }

// isNotOffered recognises the ways in which emulators say so: a code of their own, HTTP
// 501, or, as moto does, an HTTP 500 that is not in AWS's form and lacks the request id
// that every reply of AWS carries. Proxies in front of AWS use other statuses.
func isNotOffered(metadata middleware.Metadata, err error) bool {
	switch errorCode(err) {
	case "NotImplemented", "NotImplementedException", "UnknownOperation", "UnknownOperationException":
		return true
	}
	switch httpStatus(err) {
	case http.StatusNotImplemented:
		return true
	case http.StatusInternalServerError:
		id, _ := awsmiddleware.GetRequestIDMetadata(metadata)
		return id == "" && as[*smithy.DeserializationError](err)
	}
	return false
}

// attemptTimeoutError says that an attempt got no reply in time.
type attemptTimeoutError struct{ after time.Duration }

func (e *attemptTimeoutError) Error() string { return fmt.Sprintf("no reply within %s", e.after) }

// Timeout makes the SDK retry it.
func (e *attemptTimeoutError) Timeout() bool { return true }

// hookError is a Hook's refusal to let an attempt go.
type hookError struct{ err error }

func (e *hookError) Error() string { return e.err.Error() }
func (e *hookError) Unwrap() error { return e.err }

// RetryableError keeps the SDK from trying again.
func (e *hookError) RetryableError() bool { return false }
