package gpu

import (
	"sync"
)

const (
	// maxWindows is the memory for windows, dictionaries and blocks of all
	// decoders of one wheel. A larger one is decoded alone.
	maxWindows = 64 << 20
	// maxWindow is the largest single one.
	maxWindow = 1 << 30
	// maxInflated is what all device code of one wheel may inflate to. ROCm's
	// largest torch wheels hold about a sixth of it.
	maxInflated = 64 << 30
)

// Budget is what all readers of one wheel share: how many bytes the
// compressed containers inside its libraries may inflate to, and how much
// memory their decoders take at a time. The zero value is ready.
type Budget struct {
	mu       sync.Mutex
	inflated int64
	// allocated is the sum of all windows: each is allocated, whatever comes
	// out of its decoder, and a file may ask for very many.
	allocated int64
	used      int64
	queue     []*waiter
}

type waiter struct {
	weight int64
	ready  chan struct{}
}

// spend takes n bytes of what may be inflated. It fails where the wheel has
// had its share.
func (b *Budget) spend(n int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n < 0 || n > maxInflated-b.inflated {
		return bad(TooLarge, "the device code of this wheel inflates to more than %d bytes", int64(maxInflated))
	}
	b.inflated += n
	return nil
}

// window waits until a decoder may use n bytes of memory; release gives them
// back. A decoder inside a decoder is refused: two workers that each hold a
// window and wait for another would wait forever.
func (b *Budget) window(s *stream, n int64) (release func(), err error) {
	if n < 0 || n > maxWindow {
		return nil, bad(TooLarge, "a window of %d bytes is more than %d", n, int64(maxWindow))
	}
	if s.inner {
		return nil, bad(TooLarge, "compressed device code lies inside compressed device code")
	}
	w := &waiter{min(n, maxWindows), make(chan struct{})}
	b.mu.Lock()
	if n > maxInflated-b.allocated {
		b.mu.Unlock()
		return nil, bad(TooLarge, "the decoders for this wheel ask for more than %d bytes of memory in turn", int64(maxInflated))
	}
	b.allocated += n
	b.queue = append(b.queue, w)
	b.admit()
	b.mu.Unlock()
	<-w.ready
	return sync.OnceFunc(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.used -= w.weight
		b.admit()
	}), nil
}

// admit lets in who is next while there is room: first come, first served, so
// that a large one is not passed by forever.
func (b *Budget) admit() {
	for len(b.queue) > 0 && b.used+b.queue[0].weight <= maxWindows {
		b.used += b.queue[0].weight
		close(b.queue[0].ready)
		b.queue = b.queue[1:]
	}
}
