package store

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

var schemePattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*$`)

// mistyped is the beginning of what was meant to be a URL.
var mistyped = regexp.MustCompile(`^(?i:https?|s3|file):/`)

// split takes the scheme off a place, in lower case; it is empty for a path.
func split(place string) (scheme, rest string) {
	scheme, rest, found := strings.Cut(place, "://")
	if !found || !schemePattern.MatchString(scheme) {
		return "", place
	}
	return strings.ToLower(scheme), rest
}

// errScheme refuses a place. It repeats no more than the scheme: what follows
// may hold a password.
func errScheme(scheme string) error {
	return fmt.Errorf("%s://: want a path, or a URL of file, http, https or s3", finding.Escape(scheme))
}

// localPath is the path that a file:// URL names (RFC 8089). The host is empty
// or localhost.
func localPath(rest string, windows bool) (string, error) {
	host, path, slash := strings.Cut(rest, "/")
	where := "file:///" + finding.Escape(path)
	switch {
	case !slash || host != "" && !strings.EqualFold(host, "localhost"):
		// The host may hold a password.
		return "", errors.New("file://: want file:/// and an absolute path, on no other host than localhost")
	case strings.ContainsAny(path, "?#"):
		return "", fmt.Errorf("%s: a ? is %%3F and a # is %%23 in a file URL", where)
	}
	path, err := url.PathUnescape(path)
	if err != nil || strings.Contains(path, "\x00") {
		return "", fmt.Errorf("%s: want a path that is percent-encoded", where)
	}
	if windows {
		if len(path) < 2 || path[1] != ':' {
			return "", fmt.Errorf("%s: want a drive, such as file:///C:/wheels", where)
		}
		if len(path) == 2 {
			path += "/"
		}
		return strings.ReplaceAll(path, "/", `\`), nil
	}
	return "/" + path, nil
}

// local is the path on this machine that a place names, if it does.
func local(place string) (path string, ok bool, err error) {
	switch scheme, rest := split(place); scheme {
	case "":
		if begin := mistyped.FindString(place); begin != "" {
			return "", true, fmt.Errorf("%s: want %s/, or ./ before a path", begin, begin)
		}
		return filepath.Clean(place), true, nil
	case "file":
		path, err = localPath(rest, runtime.GOOS == "windows")
		return path, true, err
	}
	return "", false, nil
}

// webURL reads the URL of a web server. Its errors repeat nothing of it.
func webURL(place string) (*url.URL, error) {
	scheme, _ := split(place)
	u, err := url.Parse(place)
	if err != nil {
		return nil, errors.New(scheme + "://: not a URL; is a user name or password not percent-encoded?")
	}
	if u.Host == "" || u.Hostname() == "" {
		return nil, errors.New(scheme + "://: the URL has no host")
	}
	if u.User == nil && strings.Contains(place, "@") {
		return nil, errors.New(scheme + "://: a @ and no user name; is a password not percent-encoded? Elsewhere a @ is %40")
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// shown is a URL for messages: without user name, password, query and fragment.
func shown(u *url.URL) string {
	return finding.Escape((&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}).String())
}

// origin is the part of a URL that credentials belong to: scheme, host, port.
func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port
}

// below is the URL of a key in the folder that a URL names, percent-encoded
// element by element: servers read a `+` as a space now and then. The query
// stays, since it can be what lets the whole folder be read.
func below(folder *url.URL, key string) *url.URL {
	u := *folder
	u.Path = strings.TrimSuffix(u.Path, "/") + "/" + key
	elements := strings.Split(key, "/")
	for i, e := range elements {
		elements[i] = strings.ReplaceAll(url.PathEscape(e), "+", "%2B")
	}
	u.RawPath = strings.TrimSuffix(folder.EscapedPath(), "/") + "/" + strings.Join(elements, "/")
	return &u
}
