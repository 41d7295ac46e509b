package sandbox

import (
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// queryCodec is the query protocol: a form with Action and Version in, XML out (fact 6).
//
// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
type queryCodec struct{}

func (queryCodec) route(services []*service, r *http.Request, body []byte) (*service, string, bool) {
	form, err := queryForm(r, body)
	if err != nil || form.Get("Action") == "" {
		return nil, "", false
	}
	for _, s := range services {
		if s.version == form.Get("Version") && s.namespace != "" {
			return s, form.Get("Action"), true
		}
	}
	return nil, form.Get("Action"), true
}

// queryForm reads the form from the body or, for GET (as in presigned requests), the URL.
func queryForm(r *http.Request, body []byte) (url.Values, error) {
	if r.Method == http.MethodGet {
		return r.URL.Query(), nil
	}
	if t, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); t != "application/x-www-form-urlencoded" {
		return nil, nil
	}
	return url.ParseQuery(string(body))
}

func (queryCodec) decode(op *Operation, r *http.Request, body []byte) (Map, error) {
	form, err := queryForm(r, body)
	if err != nil {
		return nil, err
	}
	root := &formNode{}
	for _, k := range sortedKeys(form) {
		node := root
		for part := range strings.SplitSeq(k, ".") {
			node = node.child(part)
		}
		node.value = form.Get(k)
	}
	v, err := root.read(op.input)
	if err != nil {
		return nil, err
	}
	return v.(Map), nil
}

// formNode is a parameter, or the parameters that share a prefix up to a dot.
type formNode struct {
	value    string
	children map[string]*formNode
}

func (n *formNode) child(name string) *formNode {
	if n.children == nil {
		n.children = map[string]*formNode{}
	}
	c := n.children[name]
	if c == nil {
		c = &formNode{}
		n.children[name] = c
	}
	return c
}

// read builds the value that the shape expects; scalars stay strings, which Shape.check
// reads. The shape is needed because an empty list and an empty string look the same.
func (n *formNode) read(s *Shape) (any, error) {
	switch s.kind {
	case kindStruct:
		out := Map{}
		for _, f := range s.fields {
			c := n.children[f.Name]
			if c == nil {
				continue
			}
			v, err := c.read(f.Shape)
			if err != nil {
				return nil, err
			}
			out[f.Name] = v
		}
		return out, nil
	case kindList:
		members, err := n.children["member"].numbered()
		if err != nil {
			return nil, err
		}
		out := []any{}
		for _, m := range members {
			v, err := m.read(s.elem)
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		}
		return out, nil
	case kindMap:
		entries, err := n.children["entry"].numbered()
		if err != nil {
			return nil, err
		}
		out := Map{}
		for _, e := range entries {
			k, v := e.children["key"], e.children["value"]
			if k == nil || v == nil {
				return nil, fmt.Errorf("a map entry needs key and value")
			}
			x, err := v.read(s.elem)
			if err != nil {
				return nil, err
			}
			out[k.value] = x
		}
		return out, nil
	}
	return n.value, nil
}

// numbered returns the children 1, 2, 3 and so on; gaps are refused.
func (n *formNode) numbered() ([]*formNode, error) {
	if n == nil {
		return nil, nil
	}
	var out []*formNode
	for i := 1; i <= len(n.children); i++ {
		c := n.children[strconv.Itoa(i)]
		if c == nil {
			return nil, fmt.Errorf("list members must be numbered from 1 without gaps")
		}
		out = append(out, c)
	}
	return out, nil
}

// encode writes <Op>Response with <Op>Result, which is missing for operations without
// output, and ResponseMetadata.
func (queryCodec) encode(op *Operation, requestID string, out Map) wire {
	var b strings.Builder
	b.WriteString(xml.Header)
	fmt.Fprintf(&b, "<%sResponse xmlns=%q>", op.Name, op.svc.namespace)
	if out != nil {
		writeXML(&b, op.Name+"Result", out)
	}
	writeXML(&b, "ResponseMetadata", Map{"RequestId": requestID})
	fmt.Fprintf(&b, "</%sResponse>\n", op.Name)
	return queryReply(requestID, b.String())
}

func (queryCodec) encodeError(svc *service, requestID string, e *Error) wire {
	_, fault, _ := strings.Cut(queryError(e), ";")
	body := Map{"Type": fault, "Code": e.queryCode(), "Message": e.Message}
	for k, v := range e.Fields {
		body[k] = v
	}
	var b strings.Builder
	b.WriteString(xml.Header)
	b.WriteString("<ErrorResponse")
	if svc != nil {
		fmt.Fprintf(&b, " xmlns=%q", svc.namespace)
	}
	b.WriteString(">")
	writeXML(&b, "Error", body)
	writeXML(&b, "RequestId", requestID)
	b.WriteString("</ErrorResponse>\n")
	return queryReply(requestID, b.String())
}

func queryReply(requestID, body string) wire {
	return wire{body: []byte(body), header: http.Header{
		"Content-Type":     {"text/xml"},
		"X-Amzn-Requestid": {requestID},
	}}
}

// writeXML writes an element; lists have their members in <member>, timestamps are ISO 8601.
func writeXML(b *strings.Builder, name string, v any) {
	if v == nil {
		return
	}
	b.WriteString("<" + name + ">")
	switch v := v.(type) {
	case string:
		// strings.Builder never fails
		_ = xml.EscapeText(b, []byte(v))
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case int:
		b.WriteString(strconv.Itoa(v))
	case int64:
		b.WriteString(strconv.FormatInt(v, 10))
	case float64:
		b.Write(appendJSON(nil, v))
	case time.Time:
		b.WriteString(v.UTC().Format("2006-01-02T15:04:05.000Z"))
	case []byte:
		b.WriteString(base64.StdEncoding.EncodeToString(v))
	case []any:
		for _, x := range v {
			writeXML(b, "member", x)
		}
	case Map:
		for _, k := range sortedKeys(v) {
			writeXML(b, k, v[k])
		}
	default:
		panic("bug in the sandbox: an output holds a value that Map does not allow")
	}
	b.WriteString("</" + name + ">")
}
