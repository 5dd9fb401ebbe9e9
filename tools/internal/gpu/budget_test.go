package gpu

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBudgetSpend(t *testing.T) {
	var b Budget
	require.NoError(t, b.spend(maxInflated-1))
	require.NoError(t, b.spend(0))
	require.Error(t, b.spend(2), "what fails is not taken")
	require.NoError(t, b.spend(1))
	require.Error(t, b.spend(1))
	require.Error(t, b.spend(-1))
}

func TestBudgetWindow(t *testing.T) {
	var b Budget
	for _, n := range []int64{-1, maxWindow + 1} {
		_, err := b.window(&stream{}, n)
		require.Error(t, err, n)
	}
	_, err := b.window(&stream{inner: true}, 1)
	require.Error(t, err, "a decoder inside a decoder")

	// Whatever many workers ask for, no more is out than there is, but for
	// the large ones, which are alone.
	var used, alone atomic.Int64
	var group sync.WaitGroup
	for n := range 64 {
		group.Go(func() {
			size := int64(n%9) << 23
			if n%16 == 7 {
				size = 2 * maxWindows
			}
			for range 20 {
				release, err := b.window(&stream{}, size)
				if !assert.NoError(t, err) {
					return
				}
				if size == 2*maxWindows {
					assert.Equal(t, int64(1), alone.Add(1))
					assert.Zero(t, used.Load())
					alone.Add(-1)
				} else {
					assert.LessOrEqual(t, used.Add(size), int64(maxWindows))
					used.Add(-size)
				}
				release()
				release()
			}
		})
	}
	group.Wait()
	assert.Zero(t, b.used)
	assert.Empty(t, b.queue)
}

func TestBudgetOfManyWindows(t *testing.T) {
	var b Budget
	for range maxInflated / maxWindow {
		release, err := b.window(&stream{}, maxWindow)
		require.NoError(t, err)
		release()
	}
	_, err := b.window(&stream{}, 1)
	require.Error(t, err)
	assert.Zero(t, b.used)
}
