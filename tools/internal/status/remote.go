package status

import (
	"errors"
	"regexp"
	"strings"
)

// ErrRemote says that nothing of an address can be published. It never
// repeats the address.
var ErrRemote = errors.New("want https, ssh or a scp-like address (host:path)")

const (
	hostName = `[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?`
	hostIPv6 = `\[[0-9A-Fa-f:.]+\]`
)

var (
	urlHost = regexp.MustCompile(`(?s)^(.*@)?((?:` + hostName + `|` + hostIPv6 + `)(?::[0-9]{1,5})?)$`)
	scpHost = regexp.MustCompile(`(?s)^([^/]*@)?(` + hostName + `)$`)
	// The characters of RFC 3986's path, less "@".
	remotePath = regexp.MustCompile(`^[\]A-Za-z0-9._~!$&'()*+,;=:%/-]+$`)
)

// CleanRemote returns what may be published of a checkout's origin (git-clone,
// "GIT URLS"): https, ssh and scp-like addresses. The login git@ stays; any
// other user name, password or token is taken off, and so are a query and a
// fragment. Everything else is ErrRemote: local paths, drives, other schemes,
// and an address with an "@" behind its host, which is the rest of a token
// that was not percent-encoded.
//
// tools/workspace_status.sh and .ps1 hold the same rules; CleanRemote leaves
// what they wrote as it is.
func CleanRemote(raw string) (string, error) {
	scheme, authority, path, err := splitRemote(raw)
	if err != nil {
		return "", err
	}
	form := urlHost
	separator := ""
	if scheme == "" {
		form, separator = scpHost, ":"
	}
	parts := form.FindStringSubmatch(authority)
	if parts == nil || scheme == "" && len(parts[2]) == 1 { // a drive
		return "", ErrRemote
	}
	login, host := "", parts[2]
	if name, _, _ := strings.Cut(strings.TrimSuffix(parts[1], "@"), ":"); name == "git" {
		login = "git@"
	}
	if strings.Contains(path, "@") {
		return "", ErrRemote
	}
	if i := strings.IndexAny(path, "?#"); i >= 0 {
		path = path[:i]
	}
	if path == "/" || !remotePath.MatchString(path) {
		return "", ErrRemote
	}
	return scheme + login + host + separator + path, nil
}

// splitRemote takes an address apart; the scheme is empty for a scp-like one.
func splitRemote(raw string) (scheme, authority, path string, err error) {
	if before, rest, found := strings.Cut(raw, "://"); found {
		scheme = strings.ToLower(before) + "://"
		if scheme != "https://" && scheme != "ssh://" {
			return "", "", "", ErrRemote
		}
		i := strings.IndexAny(rest, "/?#")
		if i < 0 || rest[i] != '/' {
			return "", "", "", ErrRemote
		}
		return scheme, rest[:i], rest[i:], nil
	}
	authority, path, found := strings.Cut(raw, ":")
	if !found || strings.HasPrefix(path, ":") {
		return "", "", "", ErrRemote
	}
	return "", authority, path, nil
}

// publicRemote is CleanRemote for the value of a status key: it returns what
// may be kept, and a warning where that is not the value itself.
func publicRemote(value string) (public, warning string) {
	if value == "" {
		return "", ""
	}
	public, err := CleanRemote(value)
	switch {
	case err != nil:
		return "", "the address is left out: " + err.Error()
	case public != value:
		return public, "a user name, a token or a query was taken off the address"
	}
	return public, ""
}
