package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// The answers of a verb that judges.
const (
	pass = "pass"
	fail = "fail"
)

// verdict is the answer of a verb that judges, in JSON.
type verdict struct {
	Verdict  string            `json:"verdict"`
	Counts   map[string]int    `json:"counts"`
	Findings []finding.Finding `json:"findings"`
}

// newVerdict judges by the findings: fail where one is an error. It counts
// errors and warnings, beside what counts has already.
func newVerdict(findings []finding.Finding, counts map[string]int) verdict {
	v := verdict{pass, counts, findings}
	if v.Findings == nil {
		v.Findings = []finding.Finding{}
	}
	counts["errors"], counts["warnings"] = 0, 0
	for _, f := range findings {
		counts[string(f.Severity)+"s"]++
	}
	if counts["errors"] > 0 {
		v.Verdict = fail
	}
	return v
}

// JSON is the verdict with two spaces a level and a final newline.
func (v verdict) JSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, internalf("verdict: %w", err)
	}
	return b.Bytes(), nil
}

// plural is "1 wheel", "2 wheels".
func plural(n int, noun string) string {
	text := strconv.Itoa(n) + " " + noun
	if n != 1 {
		text += "s"
	}
	return text
}

// refuse lists on stderr why a verb writes nothing, in the format of its
// findings.
func (f *flags) refuse(findings []finding.Finding, counts map[string]int) error {
	if f.options.format != "json" {
		f.env.list(findings)
		return nil
	}
	data, err := newVerdict(findings, counts).JSON()
	if err == nil {
		fmt.Fprintf(f.env.stderr, "%s", data)
	}
	return err
}
