#!/bin/sh
for file in "$1"/*; do
    if [ -f "$file" ]; then
        cp "$file" "$2"
    echo "new $file"
done
