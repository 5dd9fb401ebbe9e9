package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/contents"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// The values of --contents.
const (
	on  = "on"
	off = "off"
)

// contentsFlag defines --contents.
func contentsFlag(f *flags, p *string) {
	*p = on
	f.Func("contents", "`on|off`: read every member of a wheel, hold it against RECORD and look for GPU code (default on)", func(s string) error {
		if s != on && s != off {
			return fmt.Errorf("want on or off")
		}
		*p = s
		return nil
	})
}

// classes takes the values of --allow-record-defects apart.
func classes(values []string) []string {
	list := []string{}
	for _, value := range values {
		list = append(list, strings.Split(value, ",")...)
	}
	return list
}

// readContents reads the members of one wheel.
func readContents(ctx context.Context, f *flags, wheel entry.Source) (contents.Contents, error) {
	p := f.progress(wheel.Filename)
	defer p.end()
	return contents.Read(ctx, wheel.Path, wheel.Filename, wheel.Folder, contents.Options{Jobs: f.options.jobs, Progress: p.show})
}

const (
	// big is the inflated size in bytes from which a wheel shows progress.
	big = 128 << 20
	// often is the least time between two lines of it.
	often = 200 * time.Millisecond
)

// progress is one line on a terminal that is written over.
type progress struct {
	env  *environment
	name string
	// doing is "reading" unless it says otherwise.
	doing string

	mu    sync.Mutex
	last  time.Time
	shown bool
}

// progress returns that of one wheel; where nobody watches it says nothing.
func (f *flags) progress(name string) *progress {
	if f.options.quiet || !isTerminal(f.env.stderr) {
		return &progress{}
	}
	return &progress{env: f.env, name: name, doing: "reading"}
}

func (p *progress) show(done, all int64) {
	if p.env == nil || all < big {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := time.Now(); now.Sub(p.last) >= often {
		p.last, p.shown = now, true
		fmt.Fprintf(p.env.stderr, "\r%s %s: %d of %d MiB, %d %%", p.doing, finding.Escape(p.name), done>>20, all>>20, done*100/all)
	}
}

// end takes the line away.
func (p *progress) end() {
	if p.shown {
		fmt.Fprint(p.env.stderr, "\r\x1b[K")
	}
}
