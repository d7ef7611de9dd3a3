#!/bin/bash
# Coursera says in the environment which part it is, and what was handed in for it.
# shellcheck disable=SC2154

case "$partId" in
HxbKF) cases="1 2 10 30 997 20000" ;;
q7Ybc) cases="5000000" ;;
*)
    echo "no part $partId" >&2
    exit 1
    ;;
esac

cp "/shared/submission/$filename" /grader/submitted.py
cd /grader || exit 1
# shellcheck disable=SC2086 # one argument each
exec python3 grade.py $cases >/shared/feedback.json
