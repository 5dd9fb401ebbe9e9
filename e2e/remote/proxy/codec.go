package proxy

import "fmt"

// largest is the largest message that passes; servers keep theirs at 4 MiB.
const largest = 64 << 20

// asIs is a codec of messages that nobody looks into.
type asIs struct{}

func (asIs) Marshal(message any) ([]byte, error) {
	bytes, ok := message.(*[]byte)
	if !ok {
		return nil, fmt.Errorf("proxy: cannot send a %T, want bytes", message)
	}
	return *bytes, nil
}

func (asIs) Unmarshal(data []byte, message any) error {
	bytes, ok := message.(*[]byte)
	if !ok {
		return fmt.Errorf("proxy: cannot receive into a %T, want bytes", message)
	}
	*bytes = append([]byte(nil), data...)
	return nil
}

func (asIs) Name() string { return "proto" }
