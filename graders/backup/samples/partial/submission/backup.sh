#!/bin/sh
# Names without blanks; a list of what was done is left behind.
if [ "$1" = -n ]; then
    only_print=1
    shift
fi
if [ ! -d "$1" ]; then
    echo "$1 is no folder" >&2
    exit 2
fi
source=$1
target=$2

for name in $(cd $source; find * -type f | LC_ALL=C sort); do
    if [ ! -e $target/$name ]; then
        echo new $name
    elif cmp -s $source/$name $target/$name; then
        continue
    else
        echo changed $name
        [ "$only_print" ] || cp $target/$name $target/$name.old
    fi
    [ "$only_print" ] && continue
    mkdir -p $(dirname $target/$name)
    cp $source/$name $target/$name
done | tee backup.log
