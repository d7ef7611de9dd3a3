// An array whose last element is set is in the object file from its first on.
package main

var array = [SIZE << 10]int{SIZE<<10 - 1: 1}

func main() { array[0]++ }
