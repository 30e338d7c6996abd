package cluster

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lockDir makes a directory one cluster's, until the file is closed: engines of
// another one would write to the same data.
func lockDir(dir string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cluster: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("cluster: %s is in use by another cluster", dir)
	}
	return file, nil
}
