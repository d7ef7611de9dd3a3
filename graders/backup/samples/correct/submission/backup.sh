#!/bin/sh
set -eu

dry=false
if [ "${1-}" = -n ]; then
    dry=true
    shift
fi
if [ $# -ne 2 ] || [ ! -d "$1" ]; then
    echo "usage: backup.sh [-n] SOURCE TARGET, where SOURCE is a folder" >&2
    exit 2
fi
source=$1
target=$2

list=$(mktemp)
trap 'rm -f "$list"' EXIT
(cd -- "$source" && find . -type f) | sed 's|^\./||' | LC_ALL=C sort >"$list"

while IFS= read -r name; do
    from=$source/$name
    to=$target/$name
    if [ ! -e "$to" ]; then
        echo "new $name"
    elif ! cmp -s -- "$from" "$to"; then
        echo "changed $name"
        $dry || cp -p -- "$to" "$to.old"
    else
        continue
    fi
    $dry || mkdir -p -- "$(dirname -- "$to")"
    $dry || cp -p -- "$from" "$to"
done <"$list"
