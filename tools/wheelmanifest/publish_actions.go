package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/publication"
)

// tellActions says to the step of a GitHub workflow that runs this program where
// the manifest is: as its output manifest_url, and on the page of the run.
func tellActions(manifestURL string, r publication.Receipt) error {
	if os.Getenv("GITHUB_ACTIONS") != "true" {
		return nil
	}
	shown := "<code>" + entities(r.Manifest.Key) + "</code>"
	if strings.HasPrefix(manifestURL, "https://") {
		shown = `<a href="` + strings.ReplaceAll(manifestURL, "&", "&amp;") + `">` + shown + "</a>"
	} else {
		shown = "<code>" + entities(manifestURL) + "</code>"
	}
	return errors.Join(
		appendTo("GITHUB_OUTPUT", "manifest_url="+finding.Escape(manifestURL)+"\n"),
		appendTo("GITHUB_STEP_SUMMARY", fmt.Sprintf("Published the manifest %s: %s.\n\n", shown, counted(r))),
	)
}

// appendTo appends to the file that a variable names; what earlier steps wrote
// stays.
func appendTo(variable, text string) (err error) {
	name := os.Getenv(variable)
	if name == "" {
		return nil
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666)
	if err != nil {
		return environmentf("%s: %w", variable, plainly(err))
	}
	if _, err = file.WriteString(text); err != nil {
		err = environmentf("%s: %w", variable, plainly(err))
	}
	return errors.Join(err, file.Close())
}

// entities is foreign text as it shall be seen in Markdown: what could mean
// something there or in HTML is a numeric reference, which stands for nothing but
// itself, and nothing becomes a mention or a link.
func entities(s string) string {
	var b strings.Builder
	for _, r := range finding.Escape(s) {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', strings.ContainsRune("-/%+", r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "&#%d;", r)
		}
	}
	return b.String()
}
