package examples

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/store"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/wheel"
)

const pointer = "latest/linux/gfx94X-dcgpu/3.12/release/2.9.json"

// publishing is the publishing job over what a build left.
func publishing(t *testing.T, build *runner) *runner {
	t.Helper()
	p := newRunner(t, publish, "publish", map[string]string{
		"inputs.build_result": "success", "inputs.pointer": pointer,
		"inputs.expect_dirty": parse(t, linux).Jobs["publish"].WorkflowCall.Inputs["expect_dirty"].Value.Value,
	})
	p.dir = build.dir
	p.env = append(p.env, "MANIFEST_BUCKET="+store.Bucket, "WHEELS_TO=s3://"+store.Bucket+"/whl", "GITHUB_ACTIONS=true")
	return p
}

// finished is a build with its manifest.
func finished(t *testing.T, rocm, run string) *runner {
	t.Helper()
	b := built(t, rocm, run)
	b.facts()
	b.done("Write the manifest")
	b.done("Judge the set by its manifest")
	return b
}

// runs runs the job's steps but those of others' actions and the installation,
// and gives the last one's summary.
func (r *runner) runs() string {
	r.t.Helper()
	require.Equal(r.t, "true", r.done("Find out what there is to publish").outputs["publish"])
	r.done("Say what is attested")
	r.values["steps.previous.outputs.manifest"] = r.done("Find the previous build").outputs["manifest"]
	r.values["steps.publish.outputs.manifest_url"] = r.done("Publish").outputs["manifest_url"]
	require.NotEmpty(r.t, r.values["steps.publish.outputs.manifest_url"])
	r.done("Verify what is in the buckets")
	return r.done("Say what changed since the previous build").summary
}

func TestWhatIsAttested(t *testing.T) {
	b := finished(t, rocm, "42")
	p := publishing(t, b)
	p.done("Say what is attested")
	sums := exec.Command("sha256sum", "--check", "--strict", filepath.Join(p.temp, "subjects.txt"))
	sums.Dir = filepath.Join(b.dir, "dist")
	output, err := sums.CombinedOutput()
	require.NoError(t, err, string(output))
	assert.Equal(t, len(set(rocm))+1, strings.Count(string(output), ": OK\n"), "every wheel and the manifest:\n%s", output)

	var provenance struct {
		RunDetails struct{ Builder struct{ ID string } }
	}
	require.NoError(t, json.Unmarshal([]byte(p.read(filepath.Join(p.temp, "provenance.json"))), &provenance))
	assert.Equal(t, "https://github.com/ROCm/TheRock/.github/workflows/"+publish, provenance.RunDetails.Builder.ID)
}

// Two builds, one after the other, against an S3 server.
func TestThePublishingJob(t *testing.T) {
	if _, err := exec.LookPath("aws"); err != nil {
		t.Skip("SKIPPED: no aws command: the publishing job was not run")
	}
	first, second, anew := finished(t, rocm, "42"), finished(t, "7.12.0", "43"), finished(t, rocm, "44")
	anew.write("dist/"+set(rocm)[0], wheel.Make(t, set(rocm)[0], "built anew"))
	anew.done("Write the manifest")
	jobs := []*runner{publishing(t, first), publishing(t, second), publishing(t, anew)}
	gateway := store.Start(t)
	for _, job := range jobs {
		job.env = append(job.env, gateway.Environment()...)
	}

	assert.Equal(t, "This is the first build of its kind: there is no previous one to compare it with.\n", jobs[0].runs())
	assert.Empty(t, jobs[0].values["steps.previous.outputs.manifest"])

	summary := jobs[1].runs()
	assert.Equal(t, jobs[0].values["steps.publish.outputs.manifest_url"], jobs[1].values["steps.previous.outputs.manifest"])
	assert.Contains(t, summary, "7.11.0")
	assert.Contains(t, summary, "7.12.0")
	assert.Contains(t, summary, "torchaudio")

	// A job that is run again finds everything there.
	jobs[1].runs()

	// What lies there is what is verified.
	key := "whl/torch/" + set("7.12.0")[0]
	gateway.Put(t, key, []byte("other bytes"))
	verified := jobs[1].run("Verify what is in the buckets")
	assert.Equal(t, 1, verified.exit)
	assert.Contains(t, verified.log, set("7.12.0")[0])

	// A build that was made anew under the same names is refused.
	published := jobs[2].run("Publish")
	assert.Equal(t, 1, published.exit)
	assert.Contains(t, published.log, set(rocm)[0])
	assert.Empty(t, published.outputs)

	// Credentials that may not list are no first build.
	jobs[2].env = append(jobs[2].env, "AWS_SECRET_ACCESS_KEY=wrong")
	refused := jobs[2].run("Find the previous build")
	assert.NotZero(t, refused.exit)
	assert.Empty(t, refused.outputs)
}
