#!/bin/sh
# A harness as other systems run it: it builds and runs what was handed in with all that there is,
# and writes results.
set -eu

score=0

# expect TEXT COMMAND…
expect() {
    expected=$1
    shift
    actual=$("$@" | tail -n 1)
    if [ "$actual" = "$expected" ]; then
        score=$((score + 1))
    else
        echo "$*: expected $expected, found $actual" >&2
    fi
}

mkdir work results
cp /src/threads.c /src/Memory.java work
cd work
gcc -D_GNU_SOURCE -pthread -o threads threads.c
javac Memory.java
expect "schedule 0 1" timeout 60 ./threads
expect "end 1" java -Xmx64m Memory 1
expect 2 python3 -c 'print(1 + 1)'
expect 2 node --print '1 + 1'
expect /box/work find /box -name work
cd ..
tar czf results/work.tar.gz work
printf '{"score": %d}\n' "$score" | tee results/results.json
