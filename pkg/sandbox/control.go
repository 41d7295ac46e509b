package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// serveControl answers the control plane, which `scalectl sandbox serve` offers beside
// AWS on the same address:
//
//	GET  /_sandbox/time                  the sandbox's time
//	POST /_sandbox/time?set=RFC3339      move the clock; ?stand=true stops it, ?follow=true lets it run
//	POST /_sandbox/advance?d=1h30m       move the clock forward
//	GET  /_sandbox/log?after=N           the call log as JSON lines; &mutating=true for those calls only
//	POST /_sandbox/log/reset             forget the call log
//	GET  /_sandbox/faults                the faults
//	POST /_sandbox/faults                replace the faults by the body (JSON)
//	POST /_sandbox/seed                  create what the body (YAML) describes; ?region=
//	GET  /_sandbox/state                 the state; POST puts one back
//	POST /_sandbox/reset                 empty everything
//	GET  /_sandbox/operations            the operations on offer
func (s *Server) serveControl(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/_sandbox/")
	query := r.URL.Query()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var out any
	switch r.Method + " " + name {
	case "GET time":
		out = map[string]any{"now": s.Now()}
	case "POST time":
		switch {
		case query.Get("set") != "":
			var t time.Time
			if t, err = time.Parse(time.RFC3339, query.Get("set")); err == nil {
				err = s.SetTime(t)
			}
		case query.Get("stand") == "true":
			err = s.Stand()
		case query.Get("follow") == "true":
			err = s.Follow()
		default:
			err = fmt.Errorf("time needs set=RFC3339, stand=true or follow=true")
		}
		out = map[string]any{"now": s.Now()}
	case "POST advance":
		var d time.Duration
		if d, err = time.ParseDuration(query.Get("d")); err == nil {
			err = s.Advance(d)
		}
		out = map[string]any{"now": s.Now()}
	case "GET log":
		s.serveLog(w, query.Get("after"), query.Get("mutating") == "true")
		return
	case "POST log/reset":
		err = s.ResetLog()
	case "GET faults":
		s.mu.Lock()
		out = s.faults
		s.mu.Unlock()
	case "POST faults":
		var f Faults
		if f, err = ParseFaults(body); err == nil {
			err = s.SetFaults(f)
		}
	case "POST seed":
		region := query.Get("region")
		if region == "" {
			region = s.opts.Region
		}
		err = s.Seed(region, body)
	case "GET state":
		var data []byte
		if data, err = s.Snapshot(); err == nil {
			out = json.RawMessage(data)
		}
	case "POST state":
		err = s.Restore(body)
	case "POST reset":
		err = s.Reset()
	case "GET operations":
		var list []map[string]any
		for _, op := range Operations() {
			list = append(list, map[string]any{"service": op.Service, "operation": op.Name, "mutating": op.Mutating})
		}
		out = list
	default:
		http.Error(w, "no such control: "+r.Method+" "+r.URL.Path, http.StatusNotFound)
		return
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if out == nil {
		out = map[string]any{"ok": true}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out)
}

func (s *Server) serveLog(w http.ResponseWriter, after string, mutating bool) {
	mark, err := strconv.ParseInt("0"+after, 10, 64)
	var log []Entry
	if err == nil {
		log, err = s.Log()
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/jsonl")
	enc := json.NewEncoder(w)
	for _, e := range log {
		if e.Seq > mark && (e.Mutating || !mutating) {
			_ = enc.Encode(e)
		}
	}
}
