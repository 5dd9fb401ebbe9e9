// Package proxy stands between Bazel and a Remote Execution API server. It is a
// tool of the tests, for two ends.
//
// Debian's Bazel is built without a version of its own and asks for API 2.0 and
// nothing newer; Debian's buildbox offers 2.1 and later, and Bazel refuses it. The
// calls that Bazel makes are the same in both, so the proxy lowers the oldest
// version that the server names. A released Bazel needs no such proxy.
//
// And what passes here is what the server was asked for, whatever Bazel's own log
// says: which actions were executed, and which files went up or down.
package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"strings"
	"sync"

	remote "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/bazelbuild/remote-apis/build/bazel/semver"
	"google.golang.org/genproto/googleapis/bytestream"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

const (
	capabilities = "/build.bazel.remote.execution.v2.Capabilities/GetCapabilities"
	execute      = "/build.bazel.remote.execution.v2.Execution/Execute"
	batchRead    = "/build.bazel.remote.execution.v2.ContentAddressableStorage/BatchReadBlobs"
	batchUpdate  = "/build.bazel.remote.execution.v2.ContentAddressableStorage/BatchUpdateBlobs"
	streamRead   = "/google.bytestream.ByteStream/Read"
	streamWrite  = "/google.bytestream.ByteStream/Write"

	// The header in which Bazel says what a call is for: a RequestMetadata.
	metadataHeader = "build.bazel.remote.execution.v2.requestmetadata-bin"
)

// Proxy serves on an address of its own until it is stopped.
type Proxy struct {
	// BeforeExecute, where it is set before the first call, sees each action that
	// the server is about to be asked to execute, by mnemonic.
	BeforeExecute func(mnemonic string)

	server *grpc.Server
	back   *grpc.ClientConn
	listen net.Listener

	mu   sync.Mutex
	seen Seen
}

// Seen is what passed: actions executed, by mnemonic; and files that went to the
// server (Up) and came from it (Down), by the sha256 of their bytes.
type Seen struct {
	Executed map[string]int
	Up, Down map[string]bool
}

// Start serves on a free port of this machine, in front of the server at address
// (host:port).
func Start(address string) (*Proxy, error) {
	raw := grpc.WithDefaultCallOptions(grpc.ForceCodec(asIs{}), grpc.MaxCallRecvMsgSize(largest), grpc.MaxCallSendMsgSize(largest))
	back, err := grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(insecure.NewCredentials()), raw)
	if err != nil {
		return nil, fmt.Errorf("proxy to %s: %w", address, err)
	}
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		back.Close()
		return nil, fmt.Errorf("proxy to %s: %w", address, err)
	}
	p := &Proxy{back: back, listen: listen}
	p.Forget()
	p.server = grpc.NewServer(grpc.ForceServerCodec(asIs{}), grpc.UnknownServiceHandler(p.pass), grpc.MaxRecvMsgSize(largest))
	go p.server.Serve(listen) // ends with Stop
	return p, nil
}

// Address is host:port of the proxy.
func (p *Proxy) Address() string { return p.listen.Addr().String() }

// Stop breaks every call and frees the port.
func (p *Proxy) Stop() {
	p.server.Stop()
	p.back.Close()
}

// Seen gives what passed since the start, or since Forget was called.
func (p *Proxy) Seen() Seen {
	p.mu.Lock()
	defer p.mu.Unlock()
	return Seen{Executed: maps.Clone(p.seen.Executed), Up: maps.Clone(p.seen.Up), Down: maps.Clone(p.seen.Down)}
}

// Forget begins a new record.
func (p *Proxy) Forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen = Seen{Executed: map[string]int{}, Up: map[string]bool{}, Down: map[string]bool{}}
}

// pass hands one call on, in both directions at once.
func (p *Proxy) pass(_ any, front grpc.ServerStream) error {
	method, _ := grpc.MethodFromServerStream(front)
	header, _ := metadata.FromIncomingContext(front.Context())
	if method == execute {
		mnemonic := mnemonicOf(header)
		if p.BeforeExecute != nil {
			p.BeforeExecute(mnemonic)
		}
		p.mu.Lock()
		p.seen.Executed[mnemonic]++
		p.mu.Unlock()
	}

	ctx, cancel := context.WithCancel(metadata.NewOutgoingContext(front.Context(), header.Copy()))
	defer cancel()
	back, err := p.back.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, method)
	if err != nil {
		return err
	}
	// A client that breaks off ends its context, and that the call behind.
	go func() {
		for {
			var message []byte
			if front.RecvMsg(&message) != nil {
				back.CloseSend()
				return
			}
			p.note(method, message)
			if back.SendMsg(&message) != nil {
				return // The reason comes with the answer.
			}
		}
	}()
	for {
		var message []byte
		if err := back.RecvMsg(&message); errors.Is(err, io.EOF) {
			front.SetTrailer(back.Trailer())
			return nil
		} else if err != nil {
			return err
		}
		if method == capabilities {
			if message, err = lowered(message); err != nil {
				return err
			}
		}
		if err := front.SendMsg(&message); err != nil {
			return err
		}
	}
}

// lowered is the server's answer with API 2.0 as the oldest version.
func lowered(message []byte) ([]byte, error) {
	var answer remote.ServerCapabilities
	if err := proto.Unmarshal(message, &answer); err != nil {
		return nil, status.Errorf(codes.Internal, "proxy: GetCapabilities: %v", err)
	}
	answer.LowApiVersion = &semver.SemVer{Major: 2}
	return proto.Marshal(&answer)
}

func mnemonicOf(header metadata.MD) string {
	var about remote.RequestMetadata
	for _, value := range header.Get(metadataHeader) {
		if err := proto.Unmarshal([]byte(value), &about); err != nil {
			return "unreadable"
		}
	}
	return about.ActionMnemonic
}

// note records the files that a request names. One that cannot be read is the
// server's to refuse.
func (p *Proxy) note(method string, message []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch method {
	case batchRead:
		var request remote.BatchReadBlobsRequest
		if proto.Unmarshal(message, &request) == nil {
			for _, digest := range request.Digests {
				p.seen.Down[digest.Hash] = true
			}
		}
	case batchUpdate:
		var request remote.BatchUpdateBlobsRequest
		if proto.Unmarshal(message, &request) == nil {
			for _, one := range request.Requests {
				p.seen.Up[one.Digest.GetHash()] = true
			}
		}
	case streamRead:
		var request bytestream.ReadRequest
		if proto.Unmarshal(message, &request) == nil {
			p.seen.Down[hashIn(request.ResourceName)] = true
		}
	case streamWrite:
		var request bytestream.WriteRequest
		// Only the first of a stream has to have the name.
		if proto.Unmarshal(message, &request) == nil && request.ResourceName != "" {
			p.seen.Up[hashIn(request.ResourceName)] = true
		}
	}
}

// hashIn finds the digest in {instance}/[uploads/{uuid}/]blobs/{hash}/{size} and
// its compressed form, compressed-blobs/{compressor}/{hash}/{size}.
func hashIn(resource string) string {
	parts := strings.Split(resource, "/")
	for i, part := range parts {
		if part == "blobs" && i+1 < len(parts) {
			return parts[i+1]
		}
		if part == "compressed-blobs" && i+2 < len(parts) {
			return parts[i+2]
		}
	}
	return resource
}
