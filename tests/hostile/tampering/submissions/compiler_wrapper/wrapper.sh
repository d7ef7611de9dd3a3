# Instead of compiling and linking, make a program that ends with 0.
case $1 in
*collect2 | *ld)
    while [ "$1" != -o ]; do
        shift
    done
    printf '#!/bin/sh\nexit 0\n' >"$2"
    chmod +x "$2"
    ;;
esac
