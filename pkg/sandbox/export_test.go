package sandbox

import (
	"errors"
	"os"
)

// LockForTest holds a directory's lock file as another process would.
func LockForTest(f *os.File) error {
	ok, err := tryLock(f)
	if err == nil && !ok {
		err = errors.New("locked already")
	}
	return err
}
