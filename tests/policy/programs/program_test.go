package main

import "testing"

func TestGoroutines(t *testing.T) {
	t.Parallel()
	if sum := goroutines(); sum != 499500 {
		t.Fatal(sum)
	}
}
