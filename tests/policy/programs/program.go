// What programs in Go do in courses: goroutines, commands, sockets, signals, timers, a panic.
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"time"
)

func goroutines() int {
	var group sync.WaitGroup
	var mutex sync.Mutex
	sum := 0
	for i := 0; i < 1000; i++ {
		group.Add(1)
		go func(n int) {
			defer group.Done()
			mutex.Lock()
			sum += n
			mutex.Unlock()
		}(i)
	}
	group.Wait()
	return sum
}

func command() {
	out, err := exec.Command("sh", "-c", "echo out; exit 3").Output()
	fmt.Printf("command %q %v\n", out, err)
}

func sockets() {
	listener, err := net.Listen("unix", "/tmp/socket")
	if err != nil {
		panic(err)
	}
	go func() {
		server, _ := listener.Accept()
		fmt.Fprintln(server, "pong")
		server.Close()
	}()
	client, err := net.Dial("unix", "/tmp/socket")
	if err != nil {
		panic(err)
	}
	answer, err := bufio.NewReader(client).ReadString('\n')
	fmt.Printf("socket %q %v\n", answer, err)
	_, err = net.Listen("tcp", "127.0.0.1:0")
	fmt.Println("inet", err)
}

func signals() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1)
	syscall.Kill(os.Getpid(), syscall.SIGUSR1)
	fmt.Println("signal", <-signals)
	select {
	case <-signals:
	case <-time.After(time.Millisecond):
		fmt.Println("timer")
	}
}

func heap() {
	blocks := make([][]byte, 100)
	for i := range blocks {
		blocks[i] = make([]byte, 1<<20)
		blocks[i][0] = 1
	}
	runtime.GC()
	fmt.Println("heap", len(blocks), runtime.NumCPU() > 0)
}

func main() {
	fmt.Println("goroutines", goroutines())
	command()
	sockets()
	signals()
	heap()
	defer func() {
		fmt.Println("panic", recover())
		os.Exit(4)
	}()
	var nowhere *int
	*nowhere = 1
}
