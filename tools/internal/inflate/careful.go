package inflate

// symbols decodes until the block ends, the buffer is full or it fails. What
// the fast loop leaves is decoded here, symbol by symbol.
func (r *Reader) symbols() error {
	for r.written <= full {
		if len(r.piece)-r.next >= slack {
			if r.fast(); r.written > full {
				return nil
			}
		}
		e, ok, err := r.symbol(r.literals)
		switch {
		case err != nil:
			return err
		case e&literal != 0:
			r.output[r.written] = byte(e.value())
			r.written++
		case e&endOfBlock != 0:
			r.kind = between
			return nil
		case !ok || e&special != 0:
			return r.corrupt()
		default:
			if err := r.match(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// match copies the match whose length begins with e.
func (r *Reader) match(e entry) error {
	more, err := r.take(e.extra())
	if err != nil {
		return err
	}
	length := e.value() + more
	e, ok, err := r.symbol(r.distances)
	switch {
	case err != nil:
		return err
	case !ok || e&special != 0:
		return r.corrupt()
	}
	if more, err = r.take(e.extra()); err != nil {
		return err
	}
	distance := e.value() + more
	if distance > r.written {
		return r.corrupt()
	}
	for range length {
		r.output[r.written] = r.output[r.written-distance]
		r.written++
	}
	return nil
}
