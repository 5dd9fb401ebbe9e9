package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

// maxLine is how much of a line on stdin is read as a name, in bytes: more than
// any name may have, so that a longer one is refused for its length.
const maxLine = wheel.MaxName + 1

// parseName takes file names apart, without looking at any file.
func parseName(ctx context.Context, env *environment, args []string) error {
	var o options
	f := newFlags(env, `parse-name [NAME ...]

Takes the file names of wheels apart: those given, or those on stdin, one a
line. Prints one JSON object a line, in the order of the names:
  {"filename", "ok": true, "name", "distribution", "version", "build",
   "python", "abi", "platform"} or {"filename", "ok": false, "error"}
This is so on a terminal too; --format=text prints lines for people. Exits 1
where any name is refused.`, &o)
	names, err := f.parse(args)
	if err != nil {
		return err
	}
	p := &nameParser{flags: f, ctx: ctx}
	if len(names) > 0 {
		for _, name := range names {
			if err := p.add(name); err != nil {
				return err
			}
		}
		return p.end()
	}
	return p.stdin()
}

// nameParser describes names one by one.
type nameParser struct {
	flags   *flags
	ctx     context.Context
	out     bytes.Buffer
	refused bool
}

// add describes one name. Without --out, what has gathered is printed now and
// then, so that a long list needs no memory.
func (p *nameParser) add(name string) error {
	line := wheel.Describe(name)
	p.refused = p.refused || line.Err != nil
	switch {
	case p.flags.options.format != "text":
		data, err := line.JSON()
		if err != nil {
			return internalf("%w", err)
		}
		p.out.Write(append(data, '\n'))
	case line.Err != nil:
		fmt.Fprintf(&p.out, "refused  %s\n", finding.Escape(line.Err.Error()))
	default:
		n := line.Name
		build := "none"
		if n.Build != nil {
			build = n.Build.String()
		}
		fmt.Fprintf(&p.out, "ok       %s: project %s, version %s, build tag %s, python %s, abi %s, platform %s\n", finding.Escape(name),
			n.Normalized(), n.Version, build, strings.Join(n.Python.Members(), " "), strings.Join(n.ABI.Members(), " "), strings.Join(n.Platform.Members(), " "))
	}
	if p.flags.options.out == "" && p.out.Len() > 1<<16 {
		err := p.flags.env.print(p.out.Bytes())
		p.out.Reset()
		return err
	}
	return nil
}

func (p *nameParser) end() error {
	if err := p.flags.write(p.ctx, p.out.Bytes()); err != nil {
		return err
	}
	if p.refused {
		return answerNo(false)
	}
	return nil
}

// stdin describes the names on stdin. Reading goes on aside, since a read from
// a terminal does not end with an interrupt.
func (p *nameParser) stdin() error {
	lines, failed := make(chan string), make(chan error, 1)
	go func() {
		defer close(lines)
		failed <- readLines(p.flags.env.stdin, func(line string) bool {
			select {
			case lines <- line:
				return true
			case <-p.ctx.Done():
				return false
			}
		})
	}()
	for n := 0; ; n++ {
		select {
		case <-p.ctx.Done():
			return p.ctx.Err()
		case line, more := <-lines:
			switch {
			case more:
				if err := p.add(line); err != nil {
					return err
				}
				continue
			case p.ctx.Err() != nil:
				return p.ctx.Err()
			}
			if err := <-failed; err != nil {
				return environmentf("read names from stdin: %w", err)
			}
			if n == 0 {
				return usagef("parse-name: no NAME given, and nothing on stdin")
			}
			return p.end()
		}
	}
}

// readLines hands on each line without its line feed, cut at maxLine. A
// carriage return stays: it may not stand in a name, and is not taken off in
// silence.
func readLines(r io.Reader, line func(string) bool) error {
	reader := bufio.NewReader(r)
	var name []byte
	for begun := false; ; {
		part, err := reader.ReadSlice('\n')
		begun = begun || len(part) > 0
		ended := err == nil
		if ended {
			part = part[:len(part)-1]
		}
		name = append(name, part[:min(len(part), maxLine-len(name))]...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if begun && !line(string(name)) {
			return nil
		}
		if name, begun = name[:0], false; !ended {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}
