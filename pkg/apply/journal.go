package apply

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"syscall"
	"time"

	"github.com/scalectl/scalectl/pkg/live"
	"github.com/scalectl/scalectl/pkg/plan"
)

// JournalFormatVersion is the version of the journal's lines. Fields are only ever added
// within one major number.
const JournalFormatVersion = "1.0"

// JournalError says that the journal could not be written. No call was sent after it.
type JournalError struct{ Err error }

func (e *JournalError) Error() string { return "write the journal: " + e.Err.Error() }
func (e *JournalError) Unwrap() error { return e.Err }

// Line is one line of a journal. Type tells which fields are set:
//
//	begin    formatVersion, stack, environment, account, region, digest, changes
//	call     address, action, operation, attempt, request: an attempt is about to leave
//	result   call, address, operation, attempt, status, httpStatus, code, message, requestId
//	outcome  address, action, status, calls, message
//	end      counts, interrupted
type Line struct {
	Time time.Time `json:"time"`
	Seq  int       `json:"seq"` // from 1, without gaps
	Type string    `json:"type"`

	FormatVersion string `json:"formatVersion,omitempty"`
	Stack         string `json:"stack,omitempty"`
	Environment   string `json:"environment,omitempty"`
	Account       string `json:"account,omitempty"`
	Region        string `json:"region,omitempty"`
	Digest        string `json:"digest,omitempty"`
	// Changes counts the changes of the plan by action.
	Changes map[plan.Action]int `json:"changes,omitempty"`

	Address   string      `json:"address,omitempty"`
	Action    plan.Action `json:"action,omitempty"`
	Operation string      `json:"operation,omitempty"` // as IAM names it
	Attempt   int         `json:"attempt,omitempty"`
	// Request is the input of the call in the API's names. None of the calls that scalectl
	// makes for scaling takes a secret, and credentials are not part of an input.
	Request json.RawMessage `json:"request,omitempty"`

	// Call is the seq of the call that a result belongs to. A call without a result was cut
	// off: whether AWS carried it out is not known.
	Call int `json:"call,omitempty"`
	// Status of a result is "ok", "refused" (AWS said no) or "unknown" (no usable reply: AWS
	// may have carried it out); of an outcome it is a plan.Status.
	Status     string `json:"status,omitempty"`
	HTTPStatus int    `json:"httpStatus,omitempty"`
	Code       string `json:"code,omitempty"`
	Message    string `json:"message,omitempty"`
	RequestID  string `json:"requestId,omitempty"`
	Calls      *int   `json:"calls,omitempty"`

	// Counts counts the outcomes by status.
	Counts      map[plan.Status]int `json:"counts,omitempty"`
	Interrupted bool                `json:"interrupted,omitempty"`
}

// journal writes lines, one at a time. After its first error it writes no more.
type journal struct {
	w   io.Writer
	now func() time.Time

	mu  sync.Mutex
	seq int
	err *JournalError
}

func newJournal(w io.Writer, now func() time.Time) *journal { return &journal{w: w, now: now} }

func (j *journal) begin(p *plan.Plan) error {
	changes := map[plan.Action]int{}
	for _, c := range p.Changes {
		changes[c.Action]++
	}
	_, err := j.write(Line{Type: "begin", FormatVersion: JournalFormatVersion, Stack: p.Stack, Environment: p.Environment,
		Account: p.Account, Region: p.Region, Digest: p.Digest, Changes: changes})
	return err
}

// call writes down an attempt that is about to leave and returns its seq.
func (j *journal) call(c *plan.Change, a live.Attempt) (int, error) {
	return j.write(Line{Type: "call", Address: c.Address, Action: c.Action, Operation: operation(a), Attempt: a.Number,
		Request: live.RequestJSON(a.Input)})
}

func (j *journal) result(c *plan.Change, a live.Attempt, call int, reply live.Reply) error {
	line := Line{Type: "result", Call: call, Address: c.Address, Operation: operation(a), Attempt: a.Number,
		Status: "ok", HTTPStatus: reply.Status, Code: reply.Code, RequestID: reply.RequestID}
	if reply.Err != nil {
		line.Status, line.Message = "refused", reply.Err.Error()
		if isUnknown(reply) {
			line.Status = "unknown"
		}
	}
	_, err := j.write(line)
	return err
}

func (j *journal) outcome(o plan.Outcome) {
	_, _ = j.write(Line{Type: "outcome", Address: o.Address, Action: o.Action, Status: string(o.Status), Calls: &o.Calls, Message: o.Error})
}

func (j *journal) end(r Result) {
	counts := map[plan.Status]int{}
	for _, o := range r.Outcomes {
		counts[o.Status]++
	}
	_, _ = j.write(Line{Type: "end", Counts: counts, Interrupted: r.Interrupted})
}

// failure returns the first error, as an error that is nil when there was none.
func (j *journal) failure() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err == nil {
		return nil
	}
	return j.err
}

func (j *journal) write(line Line) (int, error) {
	if j.w == nil {
		return 0, nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil {
		return 0, j.err
	}
	line.Time, line.Seq = j.now().UTC(), j.seq+1
	text, err := json.Marshal(line)
	if err == nil {
		_, err = j.w.Write(append(text, '\n'))
	}
	if file, ok := j.w.(interface{ Sync() error }); ok && err == nil {
		// A pipe or a terminal has nothing to sync and says so.
		if err = file.Sync(); errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
			err = nil
		}
	}
	if err != nil {
		j.err = &JournalError{fmt.Errorf("line %d: %w", line.Seq, err)}
		return 0, j.err
	}
	j.seq++
	return j.seq, nil
}

// operation names the call of an attempt as IAM does.
func operation(a live.Attempt) string { return a.Service + ":" + a.Operation }

// isUnknown reports whether AWS may have carried out an attempt whose reply is an error:
// there was no usable reply, or one that blames the server. Without credentials nothing
// was sent.
func isUnknown(r live.Reply) bool {
	return r.Err != nil && (r.Code == "" || r.Status >= 500) && live.Classify(r.Err) != live.Permission
}
