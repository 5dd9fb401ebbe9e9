// Package forge says what a git remote is in the world: which repository, and
// where people look at it, at its commits and at what lies between two of them.
// It makes links for the web pages of GitHub and GitLab, and https alone.
package forge

import (
	"regexp"
	"slices"
	"strings"
)

// hosts are other names of a host, for ssh through the port of https.
var hosts = map[string]string{
	"www.github.com": "github.com", "ssh.github.com": "github.com",
	"www.gitlab.com": "gitlab.com", "altssh.gitlab.com": "gitlab.com",
}

var (
	scpLike     = regexp.MustCompile(`^(?:git@)?([^/:@]+):(.+)$`)
	urlLike     = regexp.MustCompile(`^(https|ssh)://(?:git@)?([^/:@]+)(:[0-9]+)?/(.+)$`)
	pathElement = regexp.MustCompile(`^[A-Za-z0-9._~-]+$`)
	hostName    = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$`)
	commitHex   = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`)
)

// maxRemote is the longest remote that is taken apart, in bytes.
const maxRemote = 1024

// Repository is a remote without its spelling: https, ssh and scp-like
// addresses of one repository are equal.
type Repository struct {
	// Host has the port of https where that is not 443.
	Host string
	// Path has no slash at either end, and no .git.
	Path string
}

// Parse takes a remote apart. The port of ssh says nothing of the repository.
func Parse(remote string) (r Repository, ok bool) {
	if len(remote) > maxRemote {
		return r, false
	}
	if m := urlLike.FindStringSubmatch(remote); m != nil {
		r = Repository{m[2], m[4]}
		if m[1] == "https" && m[3] != ":443" {
			r.Host += m[3]
		}
	} else if m := scpLike.FindStringSubmatch(remote); m != nil && !strings.Contains(remote, "://") {
		r = Repository{m[1], m[2]}
	} else {
		return r, false
	}
	r.Host = strings.ToLower(r.Host)
	if usual, there := hosts[r.Host]; there {
		r.Host = usual
	}
	r.Path = strings.TrimSuffix(strings.Trim(r.Path, "/"), ".git")
	return r, r.Path != ""
}

// kind is github, gitlab or "".
func (r Repository) kind() string {
	switch {
	case r.Host == "github.com":
		return "github"
	case r.Host == "gitlab.com", strings.HasPrefix(r.Host, "gitlab."):
		return "gitlab"
	}
	return ""
}

// Same says whether two remotes are one repository. GitHub and GitLab do not
// tell upper from lower case. A remote that is not known is another than every
// one that is.
func Same(a, b *string) bool {
	if a == nil || b == nil {
		return a == b
	}
	r, okR := Parse(*a)
	s, okS := Parse(*b)
	if !okR || !okS || r.Host != s.Host {
		return *a == *b
	}
	return r.Path == s.Path || r.kind() != "" && strings.EqualFold(r.Path, s.Path)
}

// Home is where people look at a remote, at whatever host it is; or "".
func Home(remote string) string {
	r, ok := Parse(remote)
	if !ok || !hostName.MatchString(r.Host) {
		return ""
	}
	for element := range strings.SplitSeq(r.Path, "/") {
		if !pathElement.MatchString(element) || strings.Trim(element, ".") == "" {
			return ""
		}
	}
	return "https://" + r.Host + "/" + r.Path
}

// Commit is the page of a commit (40 or 64 lower-case hex digits); or "".
func Commit(remote, commit string) string { return page(remote, "commit", commit) }

// Compare is the page of the commits between two; or "".
func Compare(remote, old, new string) string { return page(remote, "compare", old, new) }

// page is one of a forge, about commits.
func page(remote, kind string, commits ...string) string {
	home := Home(remote)
	if home == "" || slices.ContainsFunc(commits, func(c string) bool { return !commitHex.MatchString(c) }) {
		return ""
	}
	r, _ := Parse(remote)
	elements, about := strings.Count(r.Path, "/")+1, kind+"/"+strings.Join(commits, "...")
	switch forge := r.kind(); {
	case forge == "github" && elements == 2:
		return home + "/" + about
	case forge == "gitlab" && elements >= 2:
		return home + "/-/" + about
	}
	return ""
}
