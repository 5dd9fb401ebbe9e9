package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

// The test binary is also a program that writes to a place, for tests that need
// other processes or servers: STORE_DRIVER names the place, standard input holds
// orders and standard output answers, each a line of JSON.
func TestMain(m *testing.M) {
	if place := os.Getenv("STORE_DRIVER"); place != "" {
		if err := drive(place); err != nil {
			os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(3)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// order is what the driver does. Content is File's, else Text.
type order struct {
	Do, Key, Was, Text, File string
	SHA256                   string // of the content; empty: what it is
	Size                     int64  // of the content; 0: what it is
	Type, CacheControl       string
	Metadata                 map[string]string
}

type answer struct {
	Error, Kind, SHA256, Version, Text string
	Sent                               bool
	Size                               int64
	Metadata                           map[string]string
	Keys                               []string
}

// drive follows orders. STORE_DRIVER_SINGLE is the largest object in one
// request, STORE_DRIVER_STALL a wait in milliseconds; there are no long pauses.
func drive(place string) error {
	o := Options{Profile: os.Getenv("STORE_DRIVER_PROFILE")}.WithBackoff(func(int) time.Duration { return time.Millisecond })
	if single, err := strconv.ParseInt(os.Getenv("STORE_DRIVER_SINGLE"), 10, 64); err == nil {
		o = o.WithSingle(single)
	}
	if stall, err := strconv.Atoi(os.Getenv("STORE_DRIVER_STALL")); err == nil {
		o = o.WithWaits(time.Duration(stall)*time.Millisecond, time.Duration(stall)*time.Millisecond)
	}
	var w Writer
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var do order
		if err := in.Decode(&do); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		var err error
		if w == nil {
			w, err = Write(background, place, o)
		}
		var a answer
		if err == nil {
			a, err = do.follow(w)
		}
		a.fault(err)
		if err := out.Encode(a); err != nil {
			return err
		}
	}
}

func (do order) content() Content {
	c := Bytes([]byte(do.Text))
	if do.File != "" {
		c.Open = func() (io.ReadSeekCloser, error) { return os.Open(do.File) }
	}
	if do.SHA256 != "" {
		c.SHA256 = do.SHA256
	}
	if do.Size != 0 {
		c.Size = do.Size
	}
	c.Type, c.CacheControl, c.Metadata = do.Type, do.CacheControl, do.Metadata
	return c
}

func (do order) follow(w Writer) (a answer, err error) {
	switch do.Do {
	case "create":
		var got Written
		got, err = w.Create(background, do.Key, do.content())
		a.SHA256, a.Version, a.Sent, a.Size = got.SHA256, got.Version, got.Sent, got.Size
	case "current":
		var data []byte
		var v Version
		data, v, err = w.Current(background, do.Key, 1<<20)
		a.Text, a.Version = string(data), string(v)
	case "replace":
		var v Version
		v, err = w.Replace(background, do.Key, Version(do.Was), do.content())
		a.Version = string(v)
	case "head":
		var o Object
		o, err = w.Head(background, do.Key)
		a.Size, a.SHA256 = o.Size, o.SHA256
	case "list":
		var list []Object
		list, err = w.List(background, do.Key)
		for _, o := range list {
			a.Keys = append(a.Keys, o.Key)
		}
	case "probe":
		err = w.Probe(background)
	case "count":
		err = count(w, do.Key, do.Text)
	default:
		err = errors.New("no such order: " + do.Do)
	}
	return a, err
}

// count adds a line to a mutable object, again until nobody was faster.
func count(w Writer, key, line string) error {
	for {
		data, was, err := w.Current(background, key, 1<<20)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if strings.Contains("\n"+string(data), "\n"+line+"\n") {
			return nil // by a try whose answer was lost
		}
		_, err = w.Replace(background, key, was, Bytes(append(data, line+"\n"...)))
		if !errors.Is(err, ErrChanged) {
			return err
		}
	}
}

// fault puts an error into an answer.
func (a *answer) fault(err error) {
	if err == nil {
		return
	}
	a.Error = err.Error()
	if exists, ok := errors.AsType[*ExistsError](err); ok {
		a.Kind, a.SHA256, a.Metadata, a.Size = "exists", exists.SHA256, exists.Metadata, exists.Size
		return
	}
	for kind, is := range map[string]error{"changed": ErrChanged, "source": ErrSource, "absent": fs.ErrNotExist} {
		if errors.Is(err, is) {
			a.Kind = kind
		}
	}
}

var background = context.Background()
