package sandbox

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// codec is one wire protocol. It turns a request into a Map, before Shape.check, and an
// output Map or an Error into a reply. Codecs know nothing about operations but names.
type codec interface {
	// route says whether the request is in this protocol. If so, it names the service (nil
	// if there is none of that name) and the operation.
	route(services []*service, r *http.Request, body []byte) (svc *service, operation string, ok bool)
	// decode reads the input of an operation. An error becomes SerializationException.
	decode(op *Operation, r *http.Request, body []byte) (Map, error)
	// encode writes the output of an operation.
	encode(op *Operation, requestID string, out Map) wire
	// encodeError writes an error; svc is nil if not even the service is known.
	encodeError(svc *service, requestID string, e *Error) wire
}

// wire is a reply without its status.
type wire struct {
	header http.Header
	body   []byte
}

// codecs in the order in which they are asked; the first that recognises a request takes it.
func codecs() []codec { return append([]codec{jsonCodec{}}, otherCodecs()...) }

// jsonCodec is AWS JSON 1.0 and 1.1: POST / with the operation in X-Amz-Target (facts 1, 2, 5).
type jsonCodec struct{}

func (jsonCodec) route(services []*service, r *http.Request, _ []byte) (*service, string, bool) {
	target := r.Header.Get("X-Amz-Target")
	if target == "" {
		return nil, "", false
	}
	prefix, name, _ := strings.Cut(target, ".")
	for _, s := range services {
		if s.targetPrefix == prefix && s.jsonVersion != "" {
			return s, name, true
		}
	}
	return nil, name, true
}

// AWS's own words, capital letters included: they reach the client.
var (
	errUnexpectedEnd = errors.New("Unexpected end of input")                            //lint:ignore ST1005 AWS's words
	errNotAStructure = errors.New("Start of structure or map found where not expected") //lint:ignore ST1005 AWS's words
)

func (jsonCodec) decode(_ *Operation, _ *http.Request, body []byte) (Map, error) {
	if len(strings.TrimSpace(string(body))) == 0 {
		return Map{}, nil
	}
	v, err := decodeJSON(body)
	if err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			return nil, errUnexpectedEnd
		}
		return nil, err
	}
	m := asMap(v)
	if m == nil {
		return nil, errNotAStructure
	}
	return m, nil
}

func (jsonCodec) encode(op *Operation, requestID string, out Map) wire {
	return wire{header: jsonHeader(op.svc, requestID), body: appendJSON(make([]byte, 0, 1024), out)}
}

func (jsonCodec) encodeError(svc *service, requestID string, e *Error) wire {
	message := "Message"
	if svc != nil && svc.messageMember != "" {
		message = svc.messageMember
	}
	body := Map{"__type": e.Code, message: e.Message}
	for k, v := range e.Fields {
		body[k] = v
	}
	h := jsonHeader(svc, requestID)
	if svc != nil && svc.namespace != "" {
		h.Set("x-amzn-query-error", queryError(e)) // a service that also speaks query (fact 3)
	}
	return wire{header: h, body: appendJSON(nil, body)}
}

// queryError is the header by which clients in query mode learn the query protocol's code.
func queryError(e *Error) string {
	fault := "Sender"
	if e.Status >= 500 {
		fault = "Receiver"
	}
	return e.queryCode() + ";" + fault
}

func (e *Error) queryCode() string {
	if e.QueryCode != "" {
		return e.QueryCode
	}
	return e.Code
}

func jsonHeader(svc *service, requestID string) http.Header {
	version := "1.1"
	if svc != nil && svc.jsonVersion != "" {
		version = svc.jsonVersion
	}
	return http.Header{
		"Content-Type":     {"application/x-amz-json-" + version},
		"X-Amzn-Requestid": {requestID},
	}
}

// appendJSON writes a value with keys in order and timestamps as epoch seconds (fact 1).
// Absent and null are the same to AWS, so null members are left out.
func appendJSON(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case string:
		return appendJSONString(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case float64:
		// The special values are strings in AWS JSON:
		// https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
		switch {
		case math.IsNaN(v):
			return append(b, `"NaN"`...)
		case math.IsInf(v, 1):
			return append(b, `"Infinity"`...)
		case math.IsInf(v, -1):
			return append(b, `"-Infinity"`...)
		}
		format := byte('f')
		if a := math.Abs(v); a != 0 && (a < 1e-6 || a >= 1e21) {
			format = 'e'
		}
		n := len(b)
		b = strconv.AppendFloat(b, v, format, -1, 64)
		if !strings.ContainsAny(string(b[n:]), ".e") {
			b = append(b, ".0"...)
		}
		return b
	case time.Time:
		return strconv.AppendFloat(b, float64(v.UnixMilli())/1000, 'f', -1, 64)
	case []byte:
		return appendJSONString(b, base64.StdEncoding.EncodeToString(v))
	case []any:
		b = append(b, '[')
		for i, x := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, x)
		}
		return append(b, ']')
	case Map:
		b = append(b, '{')
		first := true
		for _, k := range sortedKeys(v) {
			if v[k] == nil {
				continue
			}
			if !first {
				b = append(b, ',')
			}
			first = false
			b = appendJSONString(b, k)
			b = append(b, ':')
			b = appendJSON(b, v[k])
		}
		return append(b, '}')
	}
	panic("bug in the sandbox: an output holds a value that Map does not allow")
}

func appendJSONString(b []byte, s string) []byte {
	plain := true
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < 0x20 || c >= 0x7f || c == '"' || c == '\\' {
			plain = false
			break
		}
	}
	if plain {
		b = append(b, '"')
		b = append(b, s...)
		return append(b, '"')
	}
	q, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return append(b, q...)
}
