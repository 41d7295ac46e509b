package sandbox

import (
	"fmt"
	"net/http"
	"time"
)

// Names of the services, as SigV4 and IAM actions spell them.
const (
	ServiceAutoScaling = "application-autoscaling"
	ServiceSageMaker   = "sagemaker"
	ServiceCloudWatch  = "cloudwatch"
	ServiceSTS         = "sts"
)

// service is one AWS API: how its wire looks, and its operations.
type service struct {
	name         string // as in IAM actions
	targetPrefix string // of X-Amz-Target, "" if it speaks no JSON
	version      string // API version of the query protocol
	namespace    string // XML namespace of the query protocol
	jsonVersion  string // "1.0" or "1.1"
	cbor         bool   // speaks RPC v2 CBOR too, under targetPrefix
	// validationCode is the error code of model violations, validationQueryCode what the query
	// protocol calls it if that differs, accessDenied the code (with its status) of a refused
	// permission.
	validationCode      string
	validationQueryCode string
	accessDenied        string
	deniedStatus        int
	messageMember       string // of errors in JSON; "" is "Message" (fact 8)
	operations          []Operation
}

// Operation is one row of the table of what the sandbox imitates.
type Operation struct {
	Service  string
	Name     string
	Mutating bool

	input    *Shape
	handle   func(*Call) (Map, error)
	resource func(Map) string // what the call log shows; may be nil
	svc      *service
	// exclusive: only one at a time may be under way to one scalable target.
	exclusive bool
}

// Call is what a handler gets: a checked input and the state of one region. Handlers run
// one at a time under the server's lock. A handler that returns an error must have left
// the state as it was.
type Call struct {
	In          Map
	Now         time.Time
	Region      *Region
	RegionName  string
	AccountID   string
	AccessKeyID string
	RequestID   string
	Op          *Operation

	server *Server
}

// ARN builds arn:aws:<service>:<region>:<account>:<rest>.
func (c *Call) ARN(service, rest string) string {
	return "arn:aws:" + service + ":" + c.RegionName + ":" + c.AccountID + ":" + rest
}

// NewID returns the next uuid. Ids come from a counter in the state, so that the same
// calls against the same state give the same ids.
func (c *Call) NewID() string { return c.server.newID() }

// Error is an AWS error reply. Every protocol has its own way to write it.
type Error struct {
	Code    string
	Message string
	Status  int
	// QueryCode is the code that the query protocol (and JSON or CBOR in query mode) shows
	// where it differs from the shape's name; "" means Code.
	QueryCode string
	// Fields are further members of the error structure, such as ResourceName.
	Fields Map
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// failf makes a client error (HTTP 400).
func failf(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Status: http.StatusBadRequest}
}

// invalidf makes the error that most refusals of Application Auto Scaling and SageMaker are.
func invalidf(format string, args ...any) *Error {
	return failf("ValidationException", format, args...)
}

// allServices lists what the sandbox imitates. A function rather than a variable: handlers
// reach back to the server, and a variable would be an initialisation cycle.
func allServices() []*service {
	list := []*service{autoScalingService()}
	list = append(list, otherServices()...)
	for _, s := range list {
		for i := range s.operations {
			s.operations[i].Service, s.operations[i].svc = s.name, s
		}
	}
	return list
}

// Operations lists everything the sandbox imitates, by service and in table order.
func Operations() []Operation {
	var out []Operation
	for _, s := range allServices() {
		out = append(out, s.operations...)
	}
	return out
}
