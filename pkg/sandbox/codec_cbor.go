package sandbox

import (
	"encoding/binary"
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// cborCodec is RPC v2 CBOR: POST /service/<Service>/operation/<Operation> with the header
// Smithy-Protocol (fact 4).
//
// https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
type cborCodec struct{}

const cborProtocol = "rpc-v2-cbor"

func (cborCodec) route(services []*service, r *http.Request, _ []byte) (*service, string, bool) {
	if r.Header.Get("Smithy-Protocol") != cborProtocol {
		return nil, "", false
	}
	// A prefix before /service is allowed.
	_, rest, _ := strings.Cut(r.URL.Path, "/service/")
	name, operation, _ := strings.Cut(rest, "/operation/")
	for _, s := range services {
		if s.cbor && s.targetPrefix == name {
			return s, operation, true
		}
	}
	return nil, operation, true
}

func (cborCodec) decode(_ *Operation, _ *http.Request, body []byte) (Map, error) {
	if len(body) == 0 {
		return Map{}, nil
	}
	v, err := cbor.Decode(body)
	if err != nil {
		return nil, err
	}
	x, err := fromCBOR(v)
	if err != nil {
		return nil, err
	}
	m := asMap(x)
	if m == nil {
		return nil, fmt.Errorf("the input is no map")
	}
	return m, nil
}

// fromCBOR brings a decoded item into the forms that Map allows.
func fromCBOR(v cbor.Value) (any, error) {
	switch v := v.(type) {
	case cbor.Uint:
		if v > math.MaxInt64 {
			return nil, fmt.Errorf("%d does not fit into 64 bits", v)
		}
		return int64(v), nil
	case cbor.NegInt: // the absolute value; 0 stands for 2^64
		if v == 0 || v > 1<<63 {
			return nil, fmt.Errorf("-%d does not fit into 64 bits", v)
		}
		return -int64(v), nil
	case cbor.Slice:
		return []byte(v), nil
	case cbor.String:
		return string(v), nil
	case cbor.Bool:
		return bool(v), nil
	case *cbor.Nil, *cbor.Undefined:
		return nil, nil
	case cbor.Float32:
		return float64(v), nil
	case cbor.Float64:
		return float64(v), nil
	case *cbor.Tag:
		if v.ID != 1 {
			return nil, fmt.Errorf("unknown tag %d", v.ID)
		}
		seconds, err := fromCBOR(v.Value)
		if err != nil {
			return nil, err
		}
		t, ok := toTime(seconds)
		if !ok {
			return nil, fmt.Errorf("tag 1 holds no number")
		}
		return t, nil
	case cbor.List:
		out := make([]any, len(v))
		for i, e := range v {
			x, err := fromCBOR(e)
			if err != nil {
				return nil, err
			}
			out[i] = x
		}
		return out, nil
	case cbor.Map:
		out := make(Map, len(v))
		for k, e := range v {
			x, err := fromCBOR(e)
			if err != nil {
				return nil, err
			}
			out[k] = x
		}
		return out, nil
	}
	return nil, fmt.Errorf("unknown CBOR item %T", v)
}

// encode writes the output. An operation without output has neither body nor Content-Type.
func (cborCodec) encode(_ *Operation, requestID string, out Map) wire {
	h := cborHeader(requestID)
	if out == nil {
		return wire{header: h}
	}
	h.Set("Content-Type", "application/cbor")
	return wire{header: h, body: appendCBOR(make([]byte, 0, 1024), out)}
}

func (cborCodec) encodeError(svc *service, requestID string, e *Error) wire {
	// The code in the body is the shape's name; clients in query mode take the code of the
	// query protocol from the header.
	body := Map{"__type": e.Code, "message": e.Message}
	for k, v := range e.Fields {
		body[k] = v
	}
	h := cborHeader(requestID)
	h.Set("Content-Type", "application/cbor")
	if svc != nil && svc.namespace != "" {
		h.Set("X-Amzn-Query-Error", queryError(e))
	}
	return wire{header: h, body: appendCBOR(nil, body)}
}

func cborHeader(requestID string) http.Header {
	return http.Header{
		"Smithy-Protocol":  {cborProtocol}, // clients reject a reply without it
		"X-Amzn-Requestid": {requestID},
	}
}

// Major types of CBOR (RFC 8949).
const (
	cborUint byte = iota << 5
	cborNegative
	cborBytes
	cborText
	cborList
	cborMap
	cborTag
	cborOther
)

// appendCBOR writes a value with keys in order, of which smithy-go's encoder makes no
// promise, and timestamps as tag 1.
func appendCBOR(b []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return append(appendCBORHead(b, cborText, uint64(len(v))), v...)
	case bool:
		if v {
			return append(b, cborOther|21)
		}
		return append(b, cborOther|20)
	case int:
		return appendCBOR(b, int64(v))
	case int64:
		if v < 0 {
			return appendCBORHead(b, cborNegative, uint64(-1-v))
		}
		return appendCBORHead(b, cborUint, uint64(v))
	case float64:
		return binary.BigEndian.AppendUint64(append(b, cborOther|27), math.Float64bits(v))
	case time.Time:
		return appendCBOR(appendCBORHead(b, cborTag, 1), float64(v.UnixMilli())/1000)
	case []byte:
		return append(appendCBORHead(b, cborBytes, uint64(len(v))), v...)
	case []any:
		b = appendCBORHead(b, cborList, uint64(len(v)))
		for _, x := range v {
			b = appendCBOR(b, x)
		}
		return b
	case Map:
		keys := sortedKeys(v)
		n := 0
		for _, k := range keys {
			if v[k] != nil {
				n++
			}
		}
		b = appendCBORHead(b, cborMap, uint64(n))
		for _, k := range keys {
			if v[k] != nil {
				b = appendCBOR(appendCBOR(b, k), v[k])
			}
		}
		return b
	}
	panic("bug in the sandbox: an output holds a value that Map does not allow")
}

func appendCBORHead(b []byte, major byte, n uint64) []byte {
	switch {
	case n < 24:
		return append(b, major|byte(n))
	case n <= math.MaxUint8:
		return append(b, major|24, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(b, major|25), uint16(n))
	case n <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(b, major|26), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(b, major|27), n)
}
