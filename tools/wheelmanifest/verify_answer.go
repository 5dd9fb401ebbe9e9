package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// answer prints the verdict and, when that is complete, the last line.
func (v *verifier) answer(ctx context.Context) error {
	verdict := newVerdict(v.findings, v.counted())
	data, err := verdict.JSON()
	if v.flags.text() {
		var b bytes.Buffer
		for _, f := range verdict.Findings {
			fmt.Fprintln(&b, f)
		}
		data, err = b.Bytes(), nil
	}
	if err != nil {
		return err
	}
	if err := v.flags.write(ctx, data); err != nil {
		return v.ended(ctx, err)
	}
	failed := verdict.Verdict == fail
	if failed && v.out != "" {
		v.flags.env.list(verdict.Findings) // a file shows to nobody
	}
	v.flags.env.say("%s", v.lastLine(verdict))
	if failed {
		return answerNo(v.incomplete)
	}
	return nil
}

// counted are the counts as a verdict has them.
func (v *verifier) counted() map[string]int {
	c := &v.counts
	return map[string]int{
		"artifacts": c.Artifacts, "verified": c.Verified, "missing": c.Missing, "differing": c.Differing, "unreadable": c.Unreadable,
		"without_key": c.WithoutKey, "compared_in_part": c.ComparedInPart, "unlisted": c.Unlisted, "bytes": int(c.Bytes),
	}
}

// lastLine is the verdict in one line.
func (v *verifier) lastLine(verdict verdict) string {
	word := "PASSED"
	if verdict.Verdict == fail {
		word = "FAILED"
	}
	c := &v.counts
	parts := []string{fmt.Sprintf("%s: %d verified, %d missing, %d differing, %d unreadable",
		plural(c.Artifacts, "wheel"), c.Verified, c.Missing, c.Differing, c.Unreadable)}
	if c.WithoutKey > 0 {
		parts[0] += fmt.Sprintf(", %d without a key", c.WithoutKey)
	}
	if v.refused != "" {
		parts[0] = v.refused + ", no wheel was looked at"
	}
	if c.ComparedInPart > 0 {
		parts = append(parts, fmt.Sprintf("%d compared in part", c.ComparedInPart))
	}
	parts = append(parts, fmt.Sprintf("%d unlisted", c.Unlisted),
		plural(verdict.Counts["errors"], "error")+", "+plural(verdict.Counts["warnings"], "warning"))
	return word + ": " + strings.Join(parts, "; ")
}

// ended is how a call ends that comes to no verdict. Whoever waits for the last
// line must not wait in vain, nor take an older one for it.
func (v *verifier) ended(ctx context.Context, err error) error {
	if exitCode(ctx, err) != exitEnvironment {
		return err
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		v.flags.env.say("wheelmanifest: %s", finding.Escape(line))
	}
	v.flags.env.say("FAILED: there is no verdict")
	return answerNo(true)
}
