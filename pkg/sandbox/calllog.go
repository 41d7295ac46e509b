package sandbox

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Entry is one call in the log.
type Entry struct {
	Seq         int64           `json:"seq"`
	Time        time.Time       `json:"time"` // of the sandbox's clock
	Region      string          `json:"region"`
	AccessKeyID string          `json:"accessKeyId,omitempty"`
	Service     string          `json:"service"`
	Operation   string          `json:"operation"`
	Mutating    bool            `json:"mutating"`
	Resource    string          `json:"resource,omitempty"`
	RequestID   string          `json:"requestId"`
	Input       json.RawMessage `json:"input,omitempty"`
	Status      int             `json:"status"` // 0: the caller got no reply
	Error       string          `json:"error,omitempty"`
	Fault       string          `json:"fault,omitempty"` // the effect that was injected
	// Effect: a mutating call that was carried out, whatever the caller was told.
	Effect bool `json:"effect"`
}

const logFile = "calls.jsonl"

// Log returns every call since the start or the last ResetLog, oldest first. With a
// directory that includes the calls of other processes.
func (s *Server) Log() ([]Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.store == nil {
		return append([]Entry(nil), s.log...), nil
	}
	return readLog(s.store.dir)
}

// Mark returns a position in the log for Mutations.
func (s *Server) Mark() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.store == nil {
		return s.seq
	}
	log, err := readLog(s.store.dir)
	if err != nil || len(log) == 0 {
		return s.seq
	}
	return log[len(log)-1].Seq
}

// Mutations returns the mutating calls after the mark, refused ones included: a command
// that promises to change nothing must not even try.
func (s *Server) Mutations(mark int64) ([]Entry, error) {
	log, err := s.Log()
	if err != nil {
		return nil, err
	}
	var out []Entry
	for _, e := range log {
		if e.Mutating && e.Seq > mark {
			out = append(out, e)
		}
	}
	return out, nil
}

// ResetLog forgets all calls; numbering goes on.
func (s *Server) ResetLog() error {
	return s.exclusively(func() error {
		s.log = nil
		if s.store == nil {
			return nil
		}
		err := os.Remove(filepath.Join(s.store.dir, logFile))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
}

func (s *Server) record(e Entry) error {
	if s.store == nil {
		s.log = append(s.log, e)
		return nil
	}
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(s.store.dir, logFile), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Close())
}

func readLog(dir string) ([]Entry, error) {
	f, err := os.Open(filepath.Join(dir, logFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []Entry
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 16<<20)
	for sc.Scan() {
		var e Entry
		if err := json.Unmarshal(sc.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("call log line %d: %w", len(out)+1, err)
		}
		out = append(out, e)
	}
	return out, sc.Err()
}
