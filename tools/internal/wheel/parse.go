package wheel

import (
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/version"
)

// MaxName is how many bytes a file name may have. File systems stop at 255; the
// rest is for names from lists.
const MaxName = 16 << 10

// parser gathers the faults of one file name.
type parser struct {
	filename string
	faults   []finding.Finding
}

// fault notes what is wrong with a part of the name.
func (p *parser) fault(code, part, got, want, format string, args ...any) {
	p.faults = append(p.faults, finding.Errorf(code, format, args...).At(part).GotWant(got, want).On(p.filename))
}

// Parse reads a file name, which is no path and no URL. It accepts what
// Python's packaging.utils.parse_wheel_filename accepts, less what the rules of
// the specification refuse beyond it: characters outside ASCII, a distribution
// that does not begin and end with a letter or digit, build tags and tags with
// characters of their own. The error is a *NameError with every fault found.
func Parse(filename string) (Name, error) {
	p := parser{filename: filename}
	n := p.name()
	if len(p.faults) > 0 {
		return Name{}, &NameError{filename, p.faults}
	}
	return n, nil
}

// name reads the whole name.
func (p *parser) name() (n Name) {
	if len(p.filename) > MaxName {
		p.fault(CodeNameTooLong, partName, fmt.Sprintf("%d bytes", len(p.filename)), fmt.Sprintf("at most %d", MaxName), "the name is too long")
		return n
	}
	p.characters()
	stem, ok := p.stem()
	if !ok {
		return n
	}
	parts := strings.Split(stem, "-")
	if p.variant(parts) {
		parts = parts[:len(parts)-1]
	}
	if len(parts) != 5 && len(parts) != 6 {
		p.fault(CodeNameParts, partName, fmt.Sprintf("%d parts", len(parts)),
			"{distribution}-{version}(-{build tag})?-{python tag}-{abi tag}-{platform tag}.whl, five parts or six",
			"the number of parts is wrong%s", joined(len(parts)))
		return n
	}
	n.Distribution = p.distribution(parts[0])
	n.VersionText, n.Version = p.version(parts)
	if len(parts) == 6 {
		n.Build = p.build(parts[2])
	}
	tags := parts[len(parts)-3:]
	n.Python = p.tags(partPython, tags[0])
	n.ABI = p.tags(partABI, tags[1])
	n.Platform = p.tags(partPlatform, tags[2])
	return n
}

// joined explains what too many parts usually mean.
func joined(parts int) string {
	if parts > 6 {
		return " (a distribution's `-` is written `_` in a file name)"
	}
	return ""
}

// variantLabel is what PEP 825 allows as a label.
var variantLabel = regexp.MustCompile(`^[0-9a-z_.]{1,16}$`)

// variant says whether the last part looks like a variant label: one part more
// than the others ask for, spelt like a label and not like a platform that we
// know, unless the part before it is one.
func (p *parser) variant(parts []string) bool {
	more := len(parts) == 7 || len(parts) == 6 && parts[2] != "" && !isDigit(parts[2][0])
	if !more || !variantLabel.MatchString(parts[len(parts)-1]) {
		return false
	}
	label := parts[len(parts)-1]
	if knownPlatforms(label) && !knownPlatforms(parts[len(parts)-2]) {
		return false
	}
	p.fault(CodeNameVariant, partVariant, label, "no seventh part, nor a sixth without a build tag",
		"the name ends in a variant label (PEP 825, a draft), and wheels of variants are not supported")
	return true
}

// knownPlatforms says whether any member is the tag of a platform we know.
func knownPlatforms(set string) bool {
	for _, member := range TagSet(set).Members() {
		if _, known := Platform(member); known {
			return true
		}
	}
	return false
}

// distribution checks the first part: ASCII letters, digits, `_` and `.`.
func (p *parser) distribution(text string) string {
	const want = "ASCII letters, digits, _ and ., beginning and ending with a letter or digit"
	if text == "" {
		p.fault(CodeNameDistribution, partDistribution, "", want, "it is empty")
		return text
	}
	if bad := foreign(text, "_."); bad != "" {
		p.fault(CodeNameDistribution, partDistribution, text, want, "characters that may not stand there: %s", finding.Escape(bad))
	}
	if first, last := text[0], text[len(text)-1]; isJoiner(first) || isJoiner(last) {
		p.fault(CodeNameDistribution, partDistribution, text, want, "it does not begin and end with a letter or digit")
	}
	if strings.Contains(text, "__") {
		p.fault(CodeNameDistribution, partDistribution, text, "a single _ for each run of -, _ and .", "it has a double underscore")
	}
	return text
}

// version reads the second part.
func (p *parser) version(parts []string) (string, version.Version) {
	text := parts[1]
	v, err := version.Parse(text)
	if err == nil {
		return text, v
	}
	reason := "it is empty"
	if text != "" {
		reason = "it is not a version"
		if syntax := (*version.SyntaxError)(nil); errors.As(err, &syntax) && syntax.Offset > 0 {
			reason += fmt.Sprintf(" from its byte %d on", syntax.Offset)
		}
		if _, later := version.Parse(parts[2]); later == nil && len(parts) == 6 {
			reason += ", the next part is (a distribution's `-` is written `_` in a file name)"
		}
	}
	p.fault(CodeNameVersion, partVersion, text, "a version of PEP 440", "%s", reason)
	return text, v
}

// build reads the build tag: digits, then letters, digits, `_` and `.`.
func (p *parser) build(text string) *Build {
	const want = "a digit, then letters, digits, _ and ."
	digits := len(text) - len(strings.TrimLeft(text, "0123456789"))
	switch {
	case text == "":
		p.fault(CodeNameBuildTag, partBuild, "", want, "it is empty")
	case digits == 0:
		p.fault(CodeNameBuildTag, partBuild, text, want, "it does not begin with a digit")
	case digits > version.MaxDigits:
		p.fault(CodeNameBuildTag, partBuild, text, fmt.Sprintf("at most %d digits", version.MaxDigits), "its number is too long")
	}
	if bad := foreign(text, "_."); bad != "" {
		p.fault(CodeNameBuildTag, partBuild, text, want, "characters that may not stand there: %s", finding.Escape(bad))
	}
	number, ok := new(big.Int).SetString(text[:digits], 10)
	if !ok {
		return nil
	}
	return &Build{Text: text, Number: number, Rest: text[digits:]}
}

// tags checks one compressed tag set. Members we have never heard of are kept:
// platforms come faster than releases of this program.
func (p *parser) tags(part, text string) TagSet {
	const want = "members of ASCII letters, digits and _, separated by dots"
	if text == "" {
		p.fault(CodeNameTag, part, "", want, "it is empty")
		return ""
	}
	if bad := foreign(text, "_."); bad != "" {
		p.fault(CodeNameTag, part, text, want, "characters that may not stand there: %s", finding.Escape(bad))
	}
	members := strings.Split(text, ".")
	if slices.Contains(members, "") {
		p.fault(CodeNameTag, part, text, want, "it has an empty member")
	}
	digit := func(member string) bool { return member != "" && isDigit(member[0]) }
	if part == partPython && slices.ContainsFunc(members, digit) {
		p.fault(CodeNameTag, part, text, "an interpreter's letters first, as in cp312", "a member begins with a digit")
	}
	return TagSet(text)
}
