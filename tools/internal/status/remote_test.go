package status

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// remotes reads testdata/remotes.txt, which the status command is held against
// too.
func remotes(t testing.TB) map[string]string {
	t.Helper()
	out := map[string]string{}
	for line := range strings.Lines(string(load(t, "remotes.txt"))) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		raw, want, found := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		require.True(t, found, line)
		out[raw] = strings.TrimPrefix(want, "-")
	}
	return out
}

func TestCleanRemote(t *testing.T) {
	for raw, want := range remotes(t) {
		got, err := CleanRemote(raw)
		assert.Equal(t, want, got, raw)
		if want == "" {
			assert.ErrorIs(t, err, ErrRemote, raw)
			continue
		}
		require.NoError(t, err, raw)
		again, err := CleanRemote(got)
		require.NoError(t, err, raw)
		assert.Equal(t, got, again, raw)
	}
}

func TestCleanRemoteRefusesWhatNoLineHolds(t *testing.T) {
	for _, raw := range []string{"", "https://host/a\nb", "https://tok\nen@host/a", "host:a\x00b", "https://host/\u202ea", "host:\xff", "host:a\tb", "\nhost:a"} {
		got, err := CleanRemote(raw)
		if err == nil {
			assert.NotContains(t, got, "tok", "%q", raw)
			assert.Equal(t, "https://host/a", got, "%q", raw)
			continue
		}
		assert.ErrorIs(t, err, ErrRemote, "%q", raw)
	}
}

// A status command of somebody else's may write anything.
func TestTokensLeaveTheStatus(t *testing.T) {
	status := release(t,
		"STABLE_SOURCE_TRITON_REMOTE https://user:secret@github.com/a/b",
		"STABLE_SOURCE_PYTORCH_REMOTE /home/secret/pytorch",
		"STABLE_THEROCK_REPO http://secret@host/a")
	data, err := status.Encode()
	require.NoError(t, err)
	assert.NotContains(t, string(data), "secret")
	assert.Equal(t, []string{"status_remote_not_public STABLE_SOURCE_PYTORCH_REMOTE", "status_remote_not_public STABLE_SOURCE_TRITON_REMOTE",
		"status_remote_not_public STABLE_THEROCK_REPO"}, codes(status.Faults))
	assert.False(t, finding.HasErrors(status.Faults))

	facts, faults := status.Facts(nil)
	assert.Empty(t, faults)
	assert.Equal(t, "https://github.com/a/b", *facts.Sources["triton"].Remote)
	assert.Nil(t, facts.Sources["pytorch"].Remote)
	assert.Nil(t, facts.TheRock.Repo)
}

func TestTokensLeaveAForeignStatusJSON(t *testing.T) {
	status := release(t)
	status.Values["STABLE_SOURCE_TRITON_REMOTE"] = "ssh://user:secret@host/a"
	facts, faults := status.Facts(nil)
	assert.Equal(t, []string{"status_remote_not_public STABLE_SOURCE_TRITON_REMOTE"}, codes(faults))
	assert.Equal(t, "ssh://host/a", *facts.Sources["triton"].Remote)
	assert.NotContains(t, lines(faults), "secret")
}

// Whatever stands for user and password, it is not in the result. The secret
// itself has no characters that end an authority: behind those, no reader of
// addresses takes it for one.
func FuzzRemote(f *testing.F) {
	for _, shape := range []string{"https://", "ssh://", "", "git://", "HTTPS://git:", "ext::https://"} {
		for _, tail := range []string{"github.com/a/b", "github.com:a/b", "h@github.com/a", "[::1]:22/a?q=1"} {
			f.Add(shape, "x-access-token:", tail)
		}
	}
	const secret = "s3cr3t0k3n"
	f.Fuzz(func(t *testing.T, before, user, tail string) {
		raw := before + user + secret + "@" + tail
		got, err := CleanRemote(raw)
		if err != nil {
			assert.ErrorIs(t, err, ErrRemote)
			assert.Empty(t, got)
			return
		}
		assert.NotContains(t, got, secret, "%q", raw)
		login, _, found := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(got, "https://"), "ssh://"), "@")
		assert.True(t, !found || login == "git", "%q gave %q", raw, got)
		assert.False(t, strings.ContainsAny(got, " \n\r\t?#"), "%q", got)
		again, err := CleanRemote(got)
		require.NoError(t, err, "%q", got)
		assert.Equal(t, got, again)
	})
}
