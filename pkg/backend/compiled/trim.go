package compiled

import (
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// most is how many bytes of programs a folder may hold when a process first adds to it.
const most = 1 << 30

var trimOnce sync.Once

// trim removes the programs that were longest not used, until three quarters of the limit are left,
// where there are more bytes than that. What cannot be removed stays.
func trim(folder string, limit int64) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	var files []os.FileInfo
	var size int64
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			files = append(files, info)
			size += info.Size()
		}
	}
	if size <= limit {
		return
	}
	slices.SortFunc(files, func(a, b os.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	for _, f := range files {
		if size <= limit*3/4 {
			return
		}
		if os.Remove(filepath.Join(folder, f.Name())) == nil {
			size -= f.Size()
		}
	}
}
