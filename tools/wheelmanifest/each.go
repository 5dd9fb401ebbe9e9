package main

import (
	"context"
	"sync"
)

// each calls do for the numbers below n, at most jobs at once, and waits. It
// returns the context's error where that ends before all have begun.
func each(ctx context.Context, jobs, n int, do func(i int)) error {
	var wait sync.WaitGroup
	numbers := make(chan int)
	// A panic of do must end the program with a plain line, as one of run does.
	panics := make(chan any, jobs)
	for range min(jobs, n) {
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
	err := hand(ctx, numbers, panics, n)
	close(numbers)
	wait.Wait()
	select {
	case p := <-panics:
		panic(p)
	default:
		return err
	}
}

// hand gives out the numbers until one panics or the context ends.
func hand(ctx context.Context, numbers chan<- int, panics chan any, n int) error {
	for i := range n {
		select {
		case numbers <- i:
		case p := <-panics:
			panics <- p
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return ctx.Err()
}
