package diff

import (
	"bytes"
	"encoding/json"
)

// JSON is the difference for programs: two spaces a level, a final newline, and
// every key, null where it does not apply.
func (d *Difference) JSON() ([]byte, error) {
	out := wire{
		Differs: len(d.Changes) > 0, Counts: d.Counts, Old: headOut(&d.Old), New: headOut(&d.New),
		NotCompared: append([]string{}, d.NotCompared...), Changes: make([]changeWire, len(d.Changes)),
	}
	for i := range d.Changes {
		out.Changes[i] = changeOf(&d.Changes[i])
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(out)
	return b.Bytes(), err
}

type wire struct {
	Differs     bool         `json:"differs"`
	Counts      map[Kind]int `json:"counts"`
	Old         headWire     `json:"old"`
	New         headWire     `json:"new"`
	NotCompared []string     `json:"not_compared"`
	Changes     []changeWire `json:"changes"`
}

type headWire struct {
	Name        string  `json:"name"`
	Stamped     bool    `json:"stamped"`
	Wheels      int     `json:"wheels"`
	SizeBytes   int64   `json:"size_bytes"`
	Project     *string `json:"project"`
	Component   *string `json:"component"`
	Accelerator *string `json:"accelerator"`
	ROCm        *string `json:"rocm_sdk_version"`
	CUDA        *string `json:"cuda_version"`
	Platform    *string `json:"platform"`
	Python      *string `json:"python_version"`
	RunID       *string `json:"run_id"`
	RunAttempt  *string `json:"run_attempt"`
	JobID       *string `json:"job_id"`
	RunURL      *string `json:"run_url"`
	TheRock     *string `json:"therock"`
	FirstBuilt  *string `json:"first_built"`
	LastBuilt   *string `json:"last_built"`
}

func headOut(h *Head) headWire {
	return headWire{
		Name: h.Name, Stamped: h.Stamped, Wheels: h.Wheels, SizeBytes: h.SizeBytes,
		Project: known(h.Project), Component: known(h.Component), Accelerator: known(h.Accelerator), ROCm: known(h.ROCm), CUDA: known(h.CUDA),
		Platform: known(h.Platform), Python: known(h.Python), RunID: known(h.RunID), RunAttempt: known(h.RunAttempt), JobID: known(h.JobID),
		RunURL: known(h.RunURL), TheRock: known(h.TheRock), FirstBuilt: known(h.FirstBuilt), LastBuilt: known(h.LastBuilt),
	}
}

type changeWire struct {
	Kind         Kind     `json:"kind"`
	Artifact     *string  `json:"artifact"`
	Was          *string  `json:"was"`
	Distribution *string  `json:"distribution"`
	Source       *string  `json:"source"`
	Member       *string  `json:"member"`
	Field        string   `json:"field"`
	Old          any      `json:"old"`
	New          any      `json:"new"`
	Gained       []string `json:"gained"`
	Lost         []string `json:"lost"`
	Direction    *string  `json:"direction"`
	Percent      *float64 `json:"percent"`
	Link         *string  `json:"link"`
}

func changeOf(c *Change) changeWire {
	w := changeWire{
		Kind: c.Kind, Artifact: known(c.Artifact), Was: known(c.Was), Distribution: known(c.Distribution), Source: known(c.Source),
		Member: known(c.Member), Field: c.Field, Old: valueOut(c.Old), New: valueOut(c.New), Gained: c.Gained, Lost: c.Lost,
		Direction: known(c.Direction), Percent: c.Percent, Link: known(c.Link),
	}
	if c.Gained != nil || c.Lost != nil {
		w.Gained, w.Lost = append([]string{}, c.Gained...), append([]string{}, c.Lost...)
	}
	return w
}

// wheelWire is a wheel that was added or removed.
type wheelWire struct {
	Version   string  `json:"version"`
	SizeBytes int64   `json:"size_bytes"`
	SHA256    *string `json:"sha256"`
}

func valueOut(v any) any {
	if w, is := v.(Wheel); is {
		return wheelWire{w.Version, w.SizeBytes, known(w.SHA256)}
	}
	return v
}

func known(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
