package main

import (
	"context"
	"runtime"
	"sync"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
)

// reading says how each reads wheels, so many at once.
func reading(jobs, wheels int) entry.Options {
	return entry.Options{SpareProcessor: 2*min(jobs, wheels) <= runtime.GOMAXPROCS(0)}
}

// each calls do for the numbers below n, at most jobs at once, and waits. It
// returns the context's error where that ends before all are done.
func each(ctx context.Context, jobs, n int, do func(i int)) error {
	var wait sync.WaitGroup
	numbers := make(chan int)
	// A panic of do must end the program with a plain line, as one of run does.
	workers := min(jobs, n)
	panics := make(chan any, workers)
	for range workers {
		wait.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					panics <- p
				}
			}()
			for i := range numbers {
				do(i)
			}
		})
	}
	hand(ctx, numbers, panics, n)
	close(numbers)
	wait.Wait()
	select {
	case p := <-panics:
		panic(p)
	default:
		return ctx.Err()
	}
}

// hand gives out the numbers until one panics or the context ends.
func hand(ctx context.Context, numbers chan<- int, panics chan any, n int) {
	for i := range n {
		select {
		case numbers <- i:
		case p := <-panics:
			panics <- p
			return
		case <-ctx.Done():
			return
		}
	}
}

// aside calls read, and waits for it no longer than the context lasts: a read
// from a pipe or a terminal does not end with an interrupt, nor does long work
// that asks for none.
func aside[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type answer struct {
		value    T
		err      error
		panicked any
	}
	answers := make(chan answer, 1)
	go func() {
		var a answer
		defer func() {
			a.panicked = recover()
			answers <- a
		}()
		a.value, a.err = read()
	}()
	select {
	case a := <-answers:
		if a.panicked != nil {
			panic(a.panicked) // where run ends the program with a plain line
		}
		return a.value, a.err
	case <-ctx.Done():
		return *new(T), ctx.Err()
	}
}
