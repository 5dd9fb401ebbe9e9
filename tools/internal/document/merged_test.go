package document

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestMergedDocuments has the values that only a merged document has: they are
// valid in their places, for the schema too, and nowhere else.
func TestMergedDocuments(t *testing.T) {
	s := compiled(t)
	for pointer, valid := range map[string]bool{
		"/project": true, "/component": true, "/build_type": true, "/artifact_group": true, "/build_variant": true,
		"/rocm_sdk_version": true, "/cuda_version": true, "/version_suffix": true, "/amdgpu_family": true, "/pytorch_git_ref": true,
		"/run_id": true, "/run_attempt": true, "/job_id": true, "/run_url": true,
		"/artifacts/0/labels/build_variant": true, "/artifacts/0/labels/amdgpu_family": true,
		"/accelerator": false, "/schema_version": false, "/therock/commit": false, "/artifacts/0/build/run_url": false,
		"/artifacts/0/build/status": false, "/artifacts/0/build/timestamp": false,
	} {
		v := tree(t, sample())
		set(t, v, pointer, Multiple)
		data, err := json.Marshal(v)
		require.NoError(t, err)
		_, findings := Check(data)
		assert.Equal(t, valid, len(findings) == 0, "%s: %v", pointer, findings)
		assert.Equal(t, valid, refused(t, s, data) == nil, "schema: %s", pointer)
	}
	for pointer, valid := range map[string]bool{
		"/sources/pytorch/dir": true, "/sources/pytorch/describe": true, "/sources/pytorch/branch": true, "/therock/ref": true,
		"/sources/pytorch/commit": false, "/sources/pytorch/dirty": false,
	} {
		v := tree(t, sample())
		set(t, v, pointer, nil)
		data, err := json.Marshal(v)
		require.NoError(t, err)
		_, findings := Check(data)
		assert.Equal(t, valid, len(findings) == 0, "%s: %v", pointer, findings)
		assert.Equal(t, valid, refused(t, s, data) == nil, "schema: %s", pointer)
	}
}
