# Each test starts the learner's program anew, in a sandbox of its own.
check() {
    if [ "$2" = "$3" ]; then echo "ok - $1"; else echo "not ok - $1"; fi
}

{
    echo "TAP version 13"
    echo "1..2"
    check "one number" "$(echo 4 | /cupel/exec -- python3 mean.py)" 4.0
    /cupel/exec -- python3 mean.py </dev/null >/dev/null 2>&1
    check "no number" $? 1
} >report.tap
