#!/bin/sh
cp -r "$1" "$2"
echo "backup of $1 is in $2"
