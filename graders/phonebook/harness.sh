#!/bin/sh
# shellcheck disable=SC2016 # what sh -c is given, the learner's shell expands
#
# sh harness.sh files|makefile: tests of phonebook and of its Makefile, reported in TAP on
# standard output. Each call of /cupel/exec has the learner's box as it was built, the files that
# --put adds, and nothing of an earlier call; --get fetches a file at the end. What belongs
# together, as make after make, is one call.
#
# To write another test: add a function that calls fail where something is wrong, a line at the
# end of this file, and the description to "tests" of grader.json.

fail() {
    printf '%s\n' "$*"
    exit 1
}

# call STATUS ARGUMENT…: with standard input of the test; what it prints is in the files out and
# err, since standard output of this script is the report.
call() {
    expected=$1
    shift
    rm -f call.json
    /cupel/exec --report call.json "$@" >out 2>err
    status=$?
    # 125 is also what a program may end with that did run.
    [ "$status" -ne 125 ] || [ -e call.json ] || exit 99
    [ "$status" -ne 124 ] || fail "a limit stopped it: $(head -n 1 err)"
    [ "$status" -eq "$expected" ] ||
        fail "expected exit status $expected, found $status: $(cat out err | head -n 3)"
}

# same WHAT EXPECTED FOUND: two files.
same() {
    [ -e "$3" ] || fail "$1 is not there"
    difference=$(diff "$2" "$3") || fail "$1 is not as expected (< expected, > found):
$difference"
}

saves_its_entries() {
    printf 'add Tom 5550160\nadd Eva 5550170\n' | call 0 --get book -- ./phonebook book || exit
    printf 'Eva 5550170\nTom 5550160\n' >lines
    same "the saved file" lines book
}

reads_what_it_saved() {
    printf 'add Tom 5550160\nadd Eva 5550170\n' | call 0 --get book -- ./phonebook book || exit
    [ -e book ] || fail "the first run has saved no file"
    printf 'remove Tom\nadd Uwe 5550180\nlist\n' |
        call 0 --put book --get book -- ./phonebook book || exit
    printf 'Eva 5550170\nUwe 5550180\n' >lines
    same "standard output" lines out
    same "the saved file" lines book
}

leaves_a_damaged_file_alone() {
    printf 'Eva 5550170\nTom\n' >damaged
    printf 'add Uwe 5550180\n' |
        call 2 --put damaged:book --get book:found -- ./phonebook book || exit
    same "the file" damaged found
}

builds_nothing_twice() {
    call 0 -- sh -c 'make >&2 && make --question >&2 || {
        echo "make, once more, would run:" && make --dry-run
        exit 1
    }' </dev/null
}

knows_what_a_header_is_for() {
    call 0 -- sh -c 'make >&2 || exit
        for header in src/*.h; do
            touch "$header"
            if make --question >&2; then
                echo "$header has changed, and make builds nothing"
                exit 1
            fi
            make >&2 || exit
        done' </dev/null
}

cleans_up() {
    call 0 -- sh -c 'make >&2 && make clean >&2 || exit
        left=$(find . -name "*.o" -o -name "*.d" -o -name phonebook)
        [ -z "$left" ] || { echo "left behind:" $left; exit 1; }
        [ -e Makefile ] && [ -e src/main.c ] && [ -e src/book.c ] && [ -e src/book.h ] || {
            echo "sources are gone"
            exit 1
        }' </dev/null
}

builds_in_parallel() {
    printf 'add Eva 5550170\nlist\n' |
        call 0 -- sh -c 'make clean >&2 && make -j4 >&2 && ./phonebook' || exit
    printf 'Eva 5550170\n' >lines
    same "standard output of what make -j4 built" lines out
}

number=0

# try FUNCTION DESCRIPTION. Complaints hold what learners print: as comments, they are no tests.
try() {
    number=$((number + 1))
    complaint=$("$1")
    case $? in
    0) echo "ok $number - $2" ;;
    99)
        echo "Bail out! /cupel/exec could not run the program: $(head -n 1 err)"
        exit 2
        ;;
    *)
        echo "not ok $number - $2"
        printf '%s\n' "$complaint" | head -n 20 | LC_ALL=C tr -c '\n -~' '?' | sed 's/^/# /'
        ;;
    esac
}

echo "TAP version 13"
case $1 in
files)
    try saves_its_entries "saves its entries"
    try reads_what_it_saved "reads what it saved"
    try leaves_a_damaged_file_alone "leaves a damaged file alone"
    ;;
makefile)
    try builds_nothing_twice "builds nothing twice"
    try knows_what_a_header_is_for "knows what a header is for"
    try cleans_up "cleans up"
    try builds_in_parallel "builds in parallel"
    ;;
esac
echo "1..$number"
