package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/publication"
)

// receipt is the answer in JSON.
type receipt struct {
	DryRun      bool   `json:"dry_run"`
	ManifestURL string `json:"manifest_url"`
	publication.Receipt
}

// checkHTTPS refuses what nobody should be sent to.
func checkHTTPS(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "":
		return usagef("--manifest-base-url=%s: want https://HOST/PATH", finding.Escape(shown(text)))
	case u.User != nil:
		return usagef("--manifest-base-url=%s: want a URL without a user", finding.Escape(shown(text)))
	}
	return nil
}

// manifestURL is where others read the manifest.
func (p *publishing) manifestURL(r publication.Receipt) string {
	if p.base == "" {
		return r.Manifest.URL
	}
	return strings.TrimSuffix(p.base, "/") + "/" + publication.EscapeKey(r.Manifest.Key)
}

// answer prints the receipt and tells the job that it runs in.
func (p *publishing) answer(ctx context.Context, r publication.Receipt) error {
	at := p.manifestURL(r)
	data := lines(r)
	if !p.flags.text() {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(receipt{p.dryRun, at, r}); err != nil {
			return internalf("receipt: %w", err)
		}
		data = b.Bytes()
	}
	var told error
	if !p.dryRun {
		told = tellActions(at, r)
	}
	if err := errors.Join(p.flags.write(ctx, data), told); err != nil {
		return err
	}
	if !p.quiet {
		p.flags.env.say("%s", p.lastLine(at, r))
	}
	return nil
}

// lastLine is the receipt in one line.
func (p *publishing) lastLine(at string, r publication.Receipt) string {
	words := "published"
	if p.dryRun {
		words = "nothing was sent; would publish"
	}
	return fmt.Sprintf("%s %s: %s", words, finding.Escape(at), counted(r))
}

// counted is "2 wheels, the manifest, 1 pointer: 1 sent, 3 already there".
func counted(r publication.Receipt) string {
	what := plural(len(r.Wheels), "wheel") + ", the manifest"
	if len(r.Pointers) > 0 {
		what += ", " + plural(len(r.Pointers), "pointer")
	}
	return what + ": " + statuses(r.Counts())
}

// lines is the receipt for people: status, size in bytes, digest, where, version.
func lines(r publication.Receipt) []byte {
	var b bytes.Buffer
	for _, w := range r.Wheels {
		receiptLine(&b, w, "")
	}
	receiptLine(&b, r.Manifest, "")
	for _, pointer := range r.Pointers {
		receiptLine(&b, pointer.Receipted, " -> "+finding.Escape(pointer.ManifestKey))
	}
	return b.Bytes()
}

func receiptLine(b *bytes.Buffer, o publication.Receipted, more string) {
	if o.Version != nil {
		more += " version " + finding.Escape(*o.Version)
	}
	fmt.Fprintf(b, "%-13s %12d  %s  %s%s\n", strings.ReplaceAll(string(o.Status), "_", " "), o.Size, o.SHA256, finding.Escape(o.URL), more)
}

// statuses is "1 sent, 3 already there".
func statuses(counts map[publication.Status]int) string {
	var parts []string
	for _, status := range []publication.Status{publication.Sent, publication.Would, publication.Already, publication.Newer} {
		if n := counts[status]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, strings.ReplaceAll(string(status), "_", " ")))
		}
	}
	return strings.Join(parts, ", ")
}

// ended says how far a publication came that failed.
func ended(r publication.Receipt) string {
	wheels := 0
	for _, w := range r.Wheels {
		if w.Status == publication.Sent {
			wheels++
		}
	}
	switch {
	case r.Manifest.Status == publication.Sent:
		return "wheels and manifest are there, not all pointers are"
	case wheels > 0:
		return fmt.Sprintf("%d of %s sent, the manifest was not", wheels, plural(len(r.Wheels), "wheel"))
	}
	return "nothing was sent"
}

// failed lists every fault, and says how far the publication came.
func (p *publishing) failed(findings []finding.Finding, incomplete bool, how string) error {
	if err := p.flags.refuse(findings, map[string]int{}); err != nil {
		return err
	}
	if p.format != "json" {
		p.flags.env.say("FAILED: %s", how)
	}
	return answerNo(incomplete)
}
