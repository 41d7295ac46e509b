package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// store keeps the state in a directory that several processes may share. Every request
// runs under the lock; the lock file holds the generation of state.json, so that a
// process sees whether another one has written since, and the number of calls logged.
type store struct {
	dir        string
	wait       time.Duration
	generation int64
	loaded     bool
	fresh      bool // nothing was stored yet
	lock       *os.File
}

const (
	stateFile = "state.json"
	lockFile  = "lock"
)

func openStore(dir string, wait time.Duration) (*store, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	if wait <= 0 {
		wait = 10 * time.Second
	}
	return &store{dir: dir, wait: wait}, nil
}

// enter takes the lock and brings s up to date.
func (st *store) enter(s *Server) error {
	f, err := os.OpenFile(filepath.Join(st.dir, lockFile), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	for deadline := time.Now().Add(st.wait); ; time.Sleep(5 * time.Millisecond) {
		ok, err := tryLock(f)
		if ok {
			break
		}
		if err == nil && time.Now().After(deadline) {
			err = fmt.Errorf("sandbox directory %s is in use by another process (waited %s)", st.dir, st.wait)
		}
		if err != nil {
			f.Close()
			return err
		}
	}
	var generation, seq int64
	data, err := io.ReadAll(f)
	if err == nil && len(data) > 0 {
		_, err = fmt.Sscanf(string(data), "%d %d", &generation, &seq) // not Sscan: leading zeros
	}
	if err == nil && (!st.loaded || generation != st.generation) {
		err = st.load(s)
	}
	if err != nil {
		unlock(f)
		f.Close()
		return fmt.Errorf("read sandbox directory %s: %w", st.dir, err)
	}
	st.lock, st.generation, st.loaded = f, generation, true
	s.seq = max(s.seq, seq)
	return nil
}

func (st *store) load(s *Server) error {
	data, err := os.ReadFile(filepath.Join(st.dir, stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		st.fresh = true
		if !st.loaded {
			return nil // keep what New prepared
		}
		s.state = s.freshState()
		return nil
	}
	if err != nil {
		return err
	}
	return s.setState(data)
}

// leave writes the state if save is set, and gives up the lock.
func (st *store) leave(s *Server, save bool) error {
	f := st.lock
	st.lock = nil
	var err error
	if save {
		var data []byte
		if data, err = json.Marshal(s.state); err == nil {
			err = writeFile(filepath.Join(st.dir, stateFile), data)
		}
		st.generation++
	}
	if err == nil {
		_, err = f.WriteAt(fmt.Appendf(nil, "%020d %020d\n", st.generation, s.seq), 0)
	}
	unlock(f)
	return errors.Join(err, f.Close())
}

// writeFile replaces a file in one step: a reader, or a killed writer, never leaves half
// of it behind.
func writeFile(path string, data []byte) error {
	tmp := path + ".tmp"
	if err := os.WriteFile(tmp, data, 0o644); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}
