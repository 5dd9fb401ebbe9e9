package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/judgement"
)

// validate checks documents, judges those that are valid, and lists everything
// found of each.
func validate(ctx context.Context, env *environment, args []string) error {
	var o options
	var policies []string
	f := newFlags(env, `validate FILE ...

Checks manifests, each a path, a file:// URL, an http(s):// URL or s3://: strict
JSON, every field there and of its type, every value as the format says. Each
fault is listed with the file and its JSON pointer; fields of a newer minor
version are warnings. A manifest without such a fault is then judged by itself: whether its wheels hold the GPU code that was
declared, ask for each other's versions, and say the commits of the stamp.
docs/gpu-code.md lists those findings. Exits 1 where any manifest is invalid or
has a finding that is an error, 3 where a file cannot be read.`, &o)
	f.list(&policies, "policy", "give findings another severity: `CODE=error|warn|off,...`; may be given several times")
	files, err := f.parse(args)
	if err != nil {
		return err
	}
	policy, err := judgement.ParsePolicy(strings.Join(policies, ","))
	if err != nil {
		return usagef("%w", err)
	}
	if len(files) == 0 {
		return usagef("validate: no FILE given")
	}
	if err := f.ready(files...); err != nil {
		return err
	}
	checked := make([][]finding.Finding, len(files))
	unreadable := make([]bool, len(files))
	err = each(ctx, o.jobs, len(files), func(i int) {
		m, _, findings, err := f.load(ctx, files[i])
		if found, is := errors.AsType[foundError](err); is {
			checked[i], unreadable[i] = []finding.Finding{found.Finding}, true
		}
		if err != nil {
			return
		}
		if m != nil && !finding.HasErrors(findings) {
			more, _ := aside(ctx, func() ([]finding.Finding, error) { return judged(m, policy, env.shown(files[i]), len(files) > 1), nil })
			findings = append(findings, more...)
		}
		checked[i] = findings
	})
	if err != nil {
		return err
	}
	var all []finding.Finding
	counts := map[string]int{"documents": len(files), "valid": 0, "invalid": 0, "unreadable": 0}
	for i, findings := range checked {
		all = append(all, findings...)
		switch {
		case unreadable[i]:
			counts["unreadable"]++
		case finding.HasErrors(findings):
			counts["invalid"]++
		default:
			counts["valid"]++
		}
	}
	v := newVerdict(all, counts)
	data, err := v.JSON()
	if f.text() {
		data, err = v.lines(), nil
	}
	if err != nil {
		return err
	}
	if err := f.write(ctx, data); err != nil {
		return err
	}
	if v.Verdict == fail {
		if o.out != "" {
			env.list(all) // a file shows to nobody
		}
		return answerNo(counts["unreadable"] > 0)
	}
	return nil
}

// judged are the findings of a valid document. Those about a wheel name that;
// where there are several documents, their field says which.
func judged(m *document.Manifest, policy judgement.Policy, name string, several bool) []finding.Finding {
	findings := judgement.Judge(m, policy)
	for j, f := range findings {
		switch {
		case f.Artifact == "":
			f.Artifact = name
		case several:
			f.Field = name + ": " + f.Field
		}
		findings[j] = f
	}
	return findings
}

// lines is the verdict on documents for people.
func (v verdict) lines() []byte {
	var b bytes.Buffer
	for _, f := range v.Findings {
		fmt.Fprintln(&b, f)
	}
	word := "PASSED"
	if v.Verdict == fail {
		word = "FAILED"
	}
	fmt.Fprintf(&b, "%s: %s: %d valid, %d invalid, %d unreadable; %s, %s\n", word, plural(v.Counts["documents"], "document"),
		v.Counts["valid"], v.Counts["invalid"], v.Counts["unreadable"], plural(v.Counts["errors"], "error"), plural(v.Counts["warnings"], "warning"))
	return b.Bytes()
}
