#!/bin/sh
# A program of SIZE thousand functions, written by its own build.
i=0
while [ $i -lt 1000 ]; do
    echo "int f##n##_$i(int a) { return a * $i + a / ($i + 1); }"
    i=$((i + 1))
done > functions
echo 'int main(void) { return 0; }' > generated.c
n=0
while [ $n -lt "$SIZE" ]; do
    sed "s/##n##/$n/" functions
    n=$((n + 1))
done >> generated.c
exec gcc -O2 -o prog generated.c
