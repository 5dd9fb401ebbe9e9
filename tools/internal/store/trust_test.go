package store_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

// withUser puts credentials into a URL.
func withUser(text string) string { return strings.Replace(text, "://", "://name:s3cr%2Ft@", 1) }

// user is the user name and password that a request has.
func user(r *http.Request) string {
	name, password, _ := r.BasicAuth()
	return name + ":" + password
}

const known, unknown = "name:s3cr/t", ":"

func TestCredentialsStayWithTheirOrigin(t *testing.T) {
	var got, gotOther log
	other, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		gotOther.add(r.URL.Path + " " + user(r) + r.Referer() + r.Header.Get("Cookie"))
		if r.URL.Path == "/back" {
			http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
			return
		}
		io.WriteString(w, "W")
	})
	var home string
	home, _ = serve(t, func(w http.ResponseWriter, r *http.Request) {
		got.add(r.URL.Path + " " + user(r) + r.Referer())
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "1"})
		switch r.URL.Path {
		case "/d/":
			sum := "#sha256=" + digest("W")
			page(w, "text/html", link("here.whl"+sum)+link(other+"/there.whl"+sum)+
				link(withUser(strings.Replace(other, "127.0.0.1", "127.0.0.1", 1))+"/user.whl"+sum)+link("/moved.whl"+sum)+link("/round.whl"+sum))
		case "/moved.whl":
			http.Redirect(w, r, withUser(other)+"/moved", http.StatusTemporaryRedirect)
		case "/round.whl":
			http.Redirect(w, r, other+"/back?to="+url.QueryEscape(home+"/again.whl"), http.StatusMovedPermanently)
		default:
			io.WriteString(w, "W")
		}
	})
	s := open(t, withUser(home)+"/d/?token=hidden")
	assert.Equal(t, home+"/d/", s.Name())
	for _, name := range []string{"here.whl", "there.whl", "user.whl", "moved.whl", "round.whl"} {
		assert.Equal(t, "W", found(t, s, name))
	}
	assert.Equal(t, []string{"/d/ " + known, "/d/here.whl " + known, "/moved.whl " + known, "/round.whl " + known, "/again.whl " + known}, got.all())
	assert.Equal(t, []string{"/there.whl " + unknown, "/user.whl " + unknown, "/moved " + unknown, "/back " + unknown}, gotOther.all())
}

// A host and the domain above it, a port and another, http and https are not one
// origin: where a transport resolves all names to the same servers, each request
// says what it holds.
func TestOrigins(t *testing.T) {
	for to, want := range map[string]string{
		"http://example.test/x":         known,
		"http://EXAMPLE.test:80/x":      known,
		"http://sub.example.test/x":     unknown,
		"http://example.test:8080/x":    unknown,
		"https://example.test/x":        unknown,
		"https://example.test:80/x":     unknown,
		"http://example.test.evil.io/x": unknown,
		"http://example.test@evil.io/x": unknown,
	} {
		var seen []string
		transport := tripper(func(r *http.Request) *http.Response {
			seen = append(seen, user(r))
			w := httptest.NewRecorder()
			if len(seen) == 1 {
				w.Header().Set("Location", to)
				w.WriteHeader(http.StatusFound)
			}
			response := w.Result()
			response.Request = r
			return response
		})
		_, err := ReadWith(t.Context(), "http://name:s3cr%2Ft@example.test/a", 10, quick().WithTransport(transport))
		require.NoError(t, err)
		assert.Equal(t, []string{known, want}, seen, to)
	}
}

// tripper stands for the network, where names are needed that no test has.
type tripper func(*http.Request) *http.Response

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }

func TestRedirects(t *testing.T) {
	for name, c := range map[string]struct{ path, want string }{
		"five":       {"/r/5", ""},
		"six":        {"/r/6", "/r/6: more than five redirects"},
		"javascript": {"/to?javascript:x", "a redirect to what is no URL of http or https"},
		"file":       {"/to?file:///etc/passwd", "a redirect to what is no URL of http or https"},
		"no host":    {"/to?http:///x", "a redirect to what is no URL"},
		"malformed":  {"/to?http://[", "a redirect to what is no URL"},
	} {
		t.Run(name, func(t *testing.T) {
			base, asked := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/to" {
					w.Header().Set("Location", r.URL.RawQuery)
					w.WriteHeader(http.StatusFound)
					return
				}
				if n := r.URL.Path[len("/r/")] - '0'; n > 0 {
					http.Redirect(w, r, "/r/"+string('0'+n-1), http.StatusFound)
				}
			})
			_, err := ReadWith(t.Context(), base+c.path, 10, quick())
			if c.want == "" {
				require.NoError(t, err)
				assert.Len(t, asked.all(), 6)
				return
			}
			harmless(t, err, "passwd")
			require.ErrorContains(t, err, c.want)
			assert.LessOrEqual(t, len(asked.all()), 6)
		})
	}
}

func TestHTTPSStaysHTTPS(t *testing.T) {
	plain, asked := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "W") })
	var secure *httptest.Server
	secure = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			page(w, "text/html", link(plain+"/t.whl#sha256="+digest("W"))+link("good.whl#sha256="+digest("W"))+link("moved.whl#sha256="+digest("W")))
		case "/moved.whl":
			http.Redirect(w, r, plain+"/t.whl?token=hidden", http.StatusFound)
		default:
			io.WriteString(w, "W")
		}
	}))
	defer secure.Close()
	o := quick().WithTransport(secure.Client().Transport)
	s, err := Open(t.Context(), secure.URL, o)
	require.NoError(t, err)
	assert.Equal(t, "W", found(t, s, "good.whl"))

	_, err = s.Find(t.Context(), want("t.whl"))
	harmless(t, err)
	require.ErrorContains(t, err, "t.whl: a link from https to http")
	object, err := s.Find(t.Context(), want("moved.whl"))
	require.NoError(t, err)
	_, err = content(t.Context(), s, object, 10)
	harmless(t, err, "hidden")
	require.ErrorContains(t, err, secure.URL+"/moved.whl: a redirect from https to http, to "+plain+"/t.whl")
	assert.Empty(t, asked.all())

	// From http to https it may go; the certificate is checked, once.
	up, asked := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, secure.URL+"/x", http.StatusFound)
	})
	data, err := ReadWith(t.Context(), up, 10, o)
	require.NoError(t, err)
	assert.Equal(t, "W", string(data))
	_, err = ReadWith(t.Context(), up+"?token=hidden", 10, quick())
	harmless(t, err, "hidden")
	require.ErrorContains(t, err, "certificate")
	assert.Len(t, asked.all(), 2)
}

func TestSecretsAreNotPrinted(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	odd, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if assert.NoError(t, err) {
			io.WriteString(conn, "HTTP/1.1 \x1b[31m\u202e odd\r\n\r\n")
			conn.Close()
		}
	})
	for name, place := range map[string]string{
		"nobody listens":  gone.URL,
		"no such host":    "http://h.invalid",
		"odd answer":      odd,
		"malformed port":  "http://127.0.0.1:hidden",
		"malformed host":  "https://[hidden",
		"another scheme":  "ftp://hidden",
		"no host":         "https://",
		"S3 with a query": "s3://",
	} {
		t.Run(name, func(t *testing.T) {
			place := strings.Replace(place, "://", "://hidden:hid/den@", 1)
			if strings.HasPrefix(name, "no") || name == "odd answer" {
				place = strings.Replace(place, "hid/den", "hidden", 1)
			}
			place += "/x?hidden#hidden"
			_, err := Open(t.Context(), place, quick())
			harmless(t, err, "hidden", "hid")
			_, err = ReadWith(t.Context(), place, 10, quick())
			harmless(t, err, "hidden", "hid")
			t.Log(err)
		})
	}
}
