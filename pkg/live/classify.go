package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Class sorts errors by what the user can do about them.
type Class int

// The classes.
const (
	// Other is everything that is not one of the rest, such as a refused input.
	Other Class = iota
	// Permission: credentials, rights, or the wrong account or region.
	Permission
	// Throttled: refused for going too fast, after all attempts.
	Throttled
	// Unavailable: no reply, no usable reply, or a failure inside AWS, after all attempts.
	Unavailable
	// Interrupted: the caller's context was cancelled.
	Interrupted
)

// String returns the lower-case name of the class.
func (c Class) String() string {
	switch c {
	case Permission:
		return "permission"
	case Throttled:
		return "throttled"
	case Unavailable:
		return "unavailable"
	case Interrupted:
		return "interrupted"
	}
	return "other"
}

// permissionCodes are the error codes of IAM, STS and the request signature.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CommonErrors.html
var permissionCodes = []string{
	"AccessDenied", "AccessDeniedException", "AuthFailure", "ExpiredToken", "ExpiredTokenException",
	"IncompleteSignature", "InvalidClientTokenId", "InvalidSignatureException", "MissingAuthenticationToken",
	"MissingAuthenticationTokenException", "NotAuthorized", "OptInRequired", "RequestExpired",
	"SignatureDoesNotMatch", "UnauthorizedOperation", "UnrecognizedClientException",
}

// Classify sorts an error that a call or a Reader returned. It looks at types, codes and
// HTTP statuses, and at the message only where AWS hides a missing right in a code that
// means something else (facts 59, 232). nil is Other.
func Classify(err error) Class {
	if err == nil {
		return Other
	}
	if isPermission(err) {
		return Permission
	}
	if isThrottle(err) {
		return Throttled
	}
	if isCanceled(err) {
		return Interrupted
	}
	if isUnavailable(err) {
		return Unavailable
	}
	return Other
}

func isPermission(err error) bool {
	if as[*CredentialsError](err) || as[*WrongPlaceError](err) || as[*aws.MissingRegionError](err) {
		return true
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		switch api.ErrorCode() {
		case "ValidationException":
			if strings.Contains(api.ErrorMessage(), "missing the following permissions") {
				return true
			}
		case "FailedResourceAccessException":
			if strings.Contains(api.ErrorMessage(), "not authorized") {
				return true
			}
		}
		if slices.Contains(permissionCodes, api.ErrorCode()) {
			return true
		}
	}
	status := httpStatus(err)
	return status == http.StatusUnauthorized || status == http.StatusForbidden
}

// isThrottle reports whether AWS refused the call for its rate. That includes the throttle
// of CloudWatch that DescribeScalingPolicies passes on as a failed access (fact 40), and
// excludes quotas, which the SDK counts as throttles (fact 113).
func isThrottle(err error) bool {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return httpStatus(err) == http.StatusTooManyRequests
	}
	switch api.ErrorCode() {
	case "LimitExceededException":
		return false
	case "FailedResourceAccessException":
		message := strings.ToLower(api.ErrorMessage())
		return strings.Contains(message, "rate exceeded") || strings.Contains(message, "throttl")
	}
	_, ok := retry.DefaultThrottleErrorCodes[api.ErrorCode()]
	return ok
}

func isCanceled(err error) bool {
	var canceled interface{ CanceledError() bool }
	return errors.Is(err, context.Canceled) || errors.As(err, &canceled) && canceled.CanceledError()
}

func isUnavailable(err error) bool {
	switch errorCode(err) {
	case "ConcurrentUpdateException", "InternalServiceException", "InternalServiceError", "InternalFailure",
		"ServiceUnavailable", "ServiceUnavailableException", "FailedResourceAccessException":
		return true
	}
	var deserialization *smithy.DeserializationError
	var send *smithyhttp.RequestSendError
	var network net.Error
	return httpStatus(err) >= http.StatusInternalServerError ||
		errors.As(err, &deserialization) || errors.As(err, &send) || errors.As(err, &network) ||
		as[*attemptTimeoutError](err) || as[*MovedError](err) || as[*IncompleteReplyError](err) || as[*NotOfferedError](err) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, context.DeadlineExceeded)
}

// IsNotFound reports whether the error says that the thing does not exist. Nothing else
// means absent. SageMaker has no code for it, only a ValidationException whose message
// begins with "Could not find" (facts 158, 159).
func IsNotFound(err error) bool {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return false
	}
	switch api.ErrorCode() {
	case "ObjectNotFoundException", "ResourceNotFound", "ResourceNotFoundException":
		return true
	case "ValidationException":
		var op *smithy.OperationError
		return errors.As(err, &op) && op.Service() == "SageMaker" && strings.HasPrefix(api.ErrorMessage(), "Could not find")
	}
	return false
}

// WrongPlaceError says that the clients reach another account or region than the spec or
// the plan names.
type WrongPlaceError struct {
	What string // "account" or "region"
	Want string
	Got  string
}

func (e *WrongPlaceError) Error() string {
	return fmt.Sprintf("wrong %s: %s is expected, but the credentials and settings in use lead to %s", e.What, e.Want, e.Got)
}

// MovedError says that something vanished between two reads of the same fleet. Reading
// again is the way out.
type MovedError struct{ What string }

func (e *MovedError) Error() string { return e.What + " vanished while the fleet was being read" }

// IncompleteReplyError says that a reply lacks a member that AWS always returns.
type IncompleteReplyError struct{ What, Member string }

func (e *IncompleteReplyError) Error() string {
	return fmt.Sprintf("the reply gives no %s for %s", e.Member, e.What)
}

// CallError is a failed call: what was being done, and why it failed in AWS's words
// without the SDK's framing. It unwraps to the SDK's error.
type CallError struct {
	What string // "describe scalable targets"
	Err  error
}

func (e *CallError) Error() string {
	cause := e.Err.Error()
	var api smithy.APIError
	var op *smithy.OperationError
	var notOffered *NotOfferedError
	switch {
	case errors.As(e.Err, &notOffered):
		cause = notOffered.Error()
	case errors.As(e.Err, &api):
		cause = api.ErrorCode()
		if api.ErrorMessage() != "" {
			cause += ": " + api.ErrorMessage()
		}
	case errors.As(e.Err, &op):
		cause = op.Err.Error()
	}
	var exhausted *retry.MaxAttemptsError
	if errors.As(e.Err, &exhausted) && exhausted.Attempt > 1 {
		if api == nil {
			cause = exhausted.Err.Error()
		}
		cause += fmt.Sprintf(" (after %d attempts)", exhausted.Attempt)
	}
	return e.What + ": " + cause
}

func (e *CallError) Unwrap() error { return e.Err }

// failed wraps the error of a call; nil stays nil.
func failed(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return &CallError{What: fmt.Sprintf(format, args...), Err: err}
}

func errorCode(err error) string {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return ""
	}
	return api.ErrorCode()
}

func httpStatus(err error) int {
	var resp *smithyhttp.ResponseError
	if !errors.As(err, &resp) || resp.Response == nil {
		return 0
	}
	return resp.HTTPStatusCode()
}

func as[E error](err error) bool {
	var target E
	return errors.As(err, &target)
}
