package contents

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive/ziptest"
)

func TestNamed(t *testing.T) {
	for member, want := range map[string]string{
		"torch/lib/rocblas/library/Kernels.so-000-gfx90a-xnack+.hsaco":              "gfx90a:xnack+",
		"torch/lib/rocblas/library/Kernels.so-000-gfx90a-sramecc+-xnack-.hsaco":     "gfx90a:sramecc+:xnack-",
		"torch/lib/rocblas/library/TensileLibrary_Type_ZZ_Contraction_l_gfx942.dat": "gfx942",
		"torch/lib/rocblas/library/TensileLibrary_Type_ZZ_fallback_gfx1100.hsaco":   "gfx1100",
		"torch/lib/hipblaslt/library/gfx950/Kernels.so-000-gfx950.co":               "gfx950 gfx950",
		"rocblas/library/TensileLibrary_gfx1201.co":                                 "gfx1201",
		"x/share/miopen/db/gfx942130.db.txt":                                        "gfx942",
		"x/share/miopen/db/gfx90878.db.txt":                                         "gfx908",
		"x/share/miopen/db/gfx90a68.HIP.fdb.txt":                                    "gfx90a",
		"x/share/miopen/db/gfx1030_36.db.txt":                                       "gfx1030",
		"x/share/miopen/db/gfx110030.db.txt":                                        "gfx1100",
		"torch/lib/aotriton.images/amd-gfx90a/flash/attn.aks2":                      "gfx90a",
		"torch/lib/aotriton.images/amd-gfx11xx/flash/attn.aks2":                     "",
		".kpack/blas_lib_gfx942.kpack":                                              "gfx942",
		".kpack/blas_lib_gfx94x.kpack":                                              "",
		"a/gfx9-4-generic.co":                                                       "gfx9-4-generic",
		"rocblas/library/xgfx942.dat":                                               "",
		"rocblas/library/gfx942x.dat":                                               "",
		"rocblas/library/gfx9421.dat":                                               "",
		"rocblas/library_gfx942.dat":                                                "",
		"notrocblas/library/gfx942.dat":                                             "",
		"torch/test/gfx942.py":                                                      "",
		"rocblas/library/gfx":                                                       "",
	} {
		assert.Equal(t, want, strings.Join(named(member), " "), member)
	}
}

func TestNamedOfWheel(t *testing.T) {
	c := readBytes(t, demo, wheelOf(ziptest.Member{Name: "a/rocblas/library/b_gfx950.dat"}, ziptest.Member{Name: "a/rocblas/library/a_gfx1100.dat"}, ziptest.Member{Name: "a/rocblas/library/c_gfx950.dat"}).Bytes())
	assert.Equal(t, []string{"gfx1100", "gfx950"}, c.DeviceCode.Named)
	assert.Empty(t, c.DeviceCode.ROCm)
}
