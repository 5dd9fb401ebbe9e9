package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/key"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

// usage checks the command line.
func (v *verifier) usage(manifests []string) error {
	switch {
	case len(manifests) != 1 || manifests[0] == "":
		return usagef("verify: got %s, want one MANIFEST", plural(len(manifests), "argument"))
	case v.flags.given("wheels") && v.wheels == "":
		return usagef("--wheels: got nothing, want a folder or a URL")
	case len(v.files) != len(v.entries):
		return usagef("verify: got %d of --wheel and %d of --entry, want one --entry after each --wheel", len(v.files), len(v.entries))
	case len(v.files) > 0 && v.wheels != "":
		return usagef("verify: got --wheels and --wheel, want one of them")
	case (v.bundle == "") != (v.key == ""):
		return usagef("verify: --bundle and --key belong together: a bundle proves nothing without a key that is trusted")
	}
	v.manifest = manifests[0]
	if v.wheels == "" {
		v.wheels = folderOf(v.manifest)
	}
	var err error
	v.template, err = wheelKey(v.wheelKey)
	return err
}

// wheelKey reads the template of --wheel-key.
func wheelKey(text string) (key.Template, error) {
	return keyTemplate("wheel-key", text, key.Artifact(&document.Manifest{}, &document.Artifact{}))
}

// keyTemplate reads the template of a file's key, of which every field must be
// among those of values.
func keyTemplate(flag, text string, values key.Values) (key.Template, error) {
	template, err := key.Parse(text)
	if err != nil {
		return template, usagef("--%s: %w", flag, err)
	}
	if strings.HasSuffix(text, "/") {
		return template, usagef("--%s=%s: got a folder, want a file", flag, text)
	}
	for _, field := range template.Fields() {
		if _, known := values(field); !known {
			return template, usagef("--%s=%s: there is no field %s", flag, text, field)
		}
	}
	return template, nil
}

// folderOf is the folder of a manifest: of a URL without its query, which is of
// the manifest alone.
func folderOf(manifest string) string {
	if !isURL(manifest) {
		return filepath.Dir(manifest)
	}
	scheme, rest, _ := strings.Cut(manifest, "://")
	if at := strings.IndexAny(rest, "?#"); at >= 0 {
		rest = rest[:at]
	}
	if slash := strings.LastIndexByte(rest, '/'); slash >= 0 {
		rest = rest[:slash+1]
	}
	return scheme + "://" + rest
}

// mistyped is the beginning of what was meant to be a URL; the store refuses it.
var mistyped = regexp.MustCompile(`^(?i:https?|s3|file):/`)

// shown is a place for messages: of a URL without what may be secret, its user
// and its query. Where an @ is left over, nobody knows what before it is a
// password, and nothing but the scheme is shown.
func shown(place string) string {
	if !isURL(place) {
		return place
	}
	scheme, rest, whole := strings.Cut(place, "://")
	if !whole {
		scheme, _, _ = strings.Cut(place, ":")
		return scheme + ":/"
	}
	if u, err := url.Parse(place); strings.Contains(rest, "@") && (err != nil || u.User == nil) {
		return scheme + "://"
	}
	if at := strings.IndexAny(rest, "?#"); at >= 0 {
		rest = rest[:at]
	}
	host, below, slash := strings.Cut(rest, "/")
	host = host[strings.LastIndexByte(host, '@')+1:]
	if slash {
		host += "/"
	}
	return scheme + "://" + host + below
}

// place opens the place of the wheels.
func (v *verifier) place(ctx context.Context) (store.Store, error) {
	if len(v.files) > 0 {
		return v.pairs()
	}
	place, options := v.wheels, store.Options{}
	if !isURL(place) {
		place, options.Name = v.flags.env.path(place), place
	}
	return aside(ctx, func() (store.Store, error) { return store.Open(ctx, place, options) })
}

// pairs are the wheels that other actions of a build read before.
func (v *verifier) pairs() (store.Store, error) {
	list, faults, err := pairsOf(v.flags.env, v.files, v.entries)
	if err != nil {
		return nil, err
	}
	if faults != nil {
		var all []error
		for _, f := range faults {
			all = append(all, foundError{f})
		}
		return nil, errors.Join(all...)
	}
	return store.Files(list), nil
}

// pairsOf are the wheels that other actions of a build read before: each of the
// files is a wheel or a folder of wheels, its entry says their names. Every wheel
// has the key that it would have in a folder of its own. The findings are what
// cannot be read.
func pairsOf(env *environment, files, entries []string) ([]store.File, []finding.Finding, error) {
	var list []store.File
	var faults []finding.Finding
	for i, name := range files {
		info, err := os.Stat(env.path(name))
		if err != nil {
			faults = append(faults, unreadableFile(name, err))
			continue
		}
		data, err := readFile(env.path(entries[i]))
		if err != nil {
			faults = append(faults, unreadableFile(entries[i], err))
			continue
		}
		// Another action wrote it, so that a malformed one is a fault of the
		// project.
		decoded, err := entry.Decode(bytes.NewReader(data))
		if err == nil && !info.IsDir() && len(decoded) != 1 {
			err = fmt.Errorf("got %s of one file", plural(len(decoded), "wheel"))
		}
		if err != nil {
			return nil, nil, internalf("%s: %w", entries[i], err)
		}
		for _, e := range decoded {
			file := store.File{Key: path.Join(e.Folder, e.Filename), Path: env.path(name), SHA256: e.SHA256}
			if info.IsDir() {
				file.Path = filepath.Join(file.Path, filepath.FromSlash(file.Key))
			}
			list = append(list, file)
		}
	}
	return list, faults, nil
}
