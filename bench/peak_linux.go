package main

import (
	"os"
	"syscall"
)

// peak is the most resident memory that the process had, in bytes. That of its
// children counts where theirs was more.
func peak(state *os.ProcessState) int64 {
	return state.SysUsage().(*syscall.Rusage).Maxrss << 10
}
