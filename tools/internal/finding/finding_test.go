package finding

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestString(t *testing.T) {
	for want, f := range map[string]Finding{
		"error: it is broken [code]":                                   Errorf("code", "it is %s", "broken"),
		"warning: it is odd [code]":                                    Warningf("code", "it is odd"),
		"error: a.whl: m/RECORD: Tag: no [c]":                          Errorf("c", "no").On("a.whl").In("m/RECORD").At("Tag"),
		`error: size: differs: got "1", want 2 [c]`:                    Errorf("c", "differs").At("size").GotWant("1", "2"),
		"error: gone: want 2 [c]":                                      Errorf("c", "gone").GotWant("", "2"),
		`error: there: got "x" [c]`:                                    Errorf("c", "there").GotWant("x", ""),
		`error: \x0a::error::: m\x0a: got "a\"\x0a", want \u202ew [c]`: Errorf("c", "m\n").On("\n::error::").GotWant("a\"\n", "\u202ew"),
	} {
		assert.Equal(t, want, f.String())
	}
}

// The setters return a copy: one finding can be the start of several.
func TestSettersCopy(t *testing.T) {
	f := Errorf("c", "m")
	f.On("a").In("b").At("c").GotWant("d", "e")
	assert.Equal(t, Finding{Code: "c", Severity: Error, Message: "m"}, f)
}

func TestJSON(t *testing.T) {
	for text, f := range map[string]Finding{
		`{"code":"c","severity":"error","artifact":null,"member":null,"field":null,"got":null,"want":null,"message":"m"}`:           Errorf("c", "m"),
		`{"code":"c","severity":"warning","artifact":"a","member":"b","field":"f","got":"g\n","want":"w","message":"m \"quoted\""}`: Warningf("c", `m "quoted"`).On("a").In("b").At("f").GotWant("g\n", "w"),
	} {
		data, err := json.Marshal(f)
		require.NoError(t, err)
		assert.Equal(t, text, string(data))
		var again Finding
		require.NoError(t, json.Unmarshal(data, &again))
		assert.Equal(t, f, again)
	}
}

func TestJSONRefusesOtherShapes(t *testing.T) {
	for _, text := range []string{`[]`, `"c"`, `{"code":1}`, `{"got":{}}`} {
		var f Finding
		assert.Error(t, json.Unmarshal([]byte(text), &f), text)
	}
}

func TestHasErrors(t *testing.T) {
	assert.False(t, HasErrors(nil))
	assert.False(t, HasErrors([]Finding{Warningf("c", "m")}))
	assert.True(t, HasErrors([]Finding{Warningf("c", "m"), Errorf("c", "m")}))
}

func TestMarkupIsNotEscapedTwice(t *testing.T) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	require.NoError(t, encoder.Encode([]Finding{Errorf("code", "a < b & c")}))
	assert.Contains(t, b.String(), `"message":"a < b & c"`)
}
