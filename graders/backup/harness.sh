#!/bin/sh
#
# The tests of backup.sh, reported in TAP on standard output. Each call of /cupel/exec has the
# learner's box as it was handed in, the files that --put adds, and nothing of an earlier call;
# --get fetches a file when the script has ended.
#
# To write another test: add a function that calls fail where something is wrong, a line at the
# end of this file, and the description to "tests" of grader.json.

fail() {
    printf '%s\n' "$*"
    exit 1
}

# call STATUS ARGUMENT…: what it prints is in the files out and err. Standard output of this
# script is the report: nothing that a learner prints may get there as it is.
call() {
    expected=$1
    shift
    rm -rf call.json got
    mkdir got
    /cupel/exec --report call.json "$@" </dev/null >out 2>err
    status=$?
    # 125 is also what a script may end with that did run.
    [ "$status" -ne 125 ] || [ -e call.json ] || exit 99
    [ "$status" -ne 124 ] || fail "a limit stopped the script: $(head -n 1 err)"
    [ "$status" -eq "$expected" ] || fail "expected exit status $expected, found $status: $(head -n 1 err)"
}

# same WHAT EXPECTED FOUND: two files.
same() {
    [ -e "$3" ] || fail "$1 is not there"
    difference=$(diff "$2" "$3") || fail "$1 is not as expected (< expected, > found):
$difference"
}

copies_new_files() {
    call 0 --put data/home:home --get store/notes.txt:got/notes --get store/photos/cross.pbm:got/cross -- \
        sh backup.sh home store
    same store/notes.txt data/home/notes.txt got/notes
    same store/photos/cross.pbm data/home/photos/cross.pbm got/cross
}

reports_what_it_copies() {
    call 0 --put data/home:home -- sh backup.sh home store
    printf 'new calendar.txt\nnew notes.txt\nnew photos/cross.pbm\n' >lines
    same "standard output" lines out
}

copies_changed_files_only() {
    call 0 --put data/home:home --put data/store:store --get store/notes.txt:got/notes \
        --get store/diary.txt:got/diary -- sh backup.sh home store
    printf 'changed notes.txt\nnew photos/cross.pbm\n' >lines
    same "standard output" lines out
    same store/notes.txt data/home/notes.txt got/notes
    same store/diary.txt data/store/diary.txt got/diary
}

keeps_the_version_before() {
    call 0 --put data/home:home --put data/store:store --get store/notes.txt.old:got/old \
        --get store/calendar.txt.old:got/unchanged -- sh backup.sh home store
    same store/notes.txt.old data/store/notes.txt got/old
    [ ! -e got/unchanged ] || fail "store/calendar.txt.old is there, though calendar.txt has not changed"
}

changes_nothing_with_n() {
    call 0 --put data/home:home --put data/store:store --get store/notes.txt:got/notes \
        --get store/photos/cross.pbm:got/cross --get store/notes.txt.old:got/old -- \
        sh backup.sh -n home store
    printf 'changed notes.txt\nnew photos/cross.pbm\n' >lines
    same "standard output" lines out
    same store/notes.txt data/store/notes.txt got/notes
    [ ! -e got/cross ] || fail "store/photos/cross.pbm was copied"
    [ ! -e got/old ] || fail "store/notes.txt.old was made"
}

refuses_what_is_no_folder() {
    call 2 --put data/home:home -- sh backup.sh nowhere store
    [ ! -s out ] || fail "expected nothing on standard output, found: $(head -n 1 out)"
    [ -s err ] || fail "expected a message on standard error"
    call 2 --put data/home:home -- sh backup.sh home/notes.txt store
}

copies_empty_files() {
    mkdir empty
    : >empty/todo.txt
    call 0 --put empty:home --get store/todo.txt:got/todo -- sh backup.sh home store
    same store/todo.txt empty/todo.txt got/todo
}

copies_names_with_blanks() {
    mkdir -p "blanks/my photos"
    echo 1 >"blanks/my photos/summer  2024.txt"
    echo 2 >"blanks/ letter.txt"
    call 0 --put blanks:home --get "store/my photos/summer  2024.txt:got/summer" \
        --get "store/ letter.txt:got/letter" -- sh backup.sh home store
    same "store/my photos/summer  2024.txt" "blanks/my photos/summer  2024.txt" got/summer
    same "store/ letter.txt" "blanks/ letter.txt" got/letter
}

copies_names_with_dashes() {
    mkdir dashes
    echo 1 >dashes/-n
    echo 2 >dashes/--help
    call 0 --put dashes:home --get store/-n:got/n --get store/--help:got/help -- sh backup.sh home store
    same store/-n dashes/-n got/n
    same store/--help dashes/--help got/help
}

# A script that does nothing leaves nothing behind either: so it must have made its backup.
cleans_up() {
    call 0 --put data/home:home -- sh -c 'sh backup.sh home store >/dev/null && ls -A'
    printf 'backup.sh\nhome\nstore\n' >lines
    same "the folder that the script was started in" lines out
}

leaves_links_alone() {
    call 0 --put data/home:home --get store/notes.txt:got/notes -- sh -c '
        ln -s /etc home/etc && ln -s notes.txt home/list || exit
        sh backup.sh home store >/dev/null
        if [ -e store/etc ] || [ -e store/list ]; then
            echo "links were copied" >&2
            exit 1
        fi'
    same store/notes.txt data/home/notes.txt got/notes
}

number=0

# try FUNCTION DESCRIPTION. Complaints hold what learners print: as comments, they are no tests.
try() {
    number=$((number + 1))
    complaint=$("$1")
    case $? in
    0) echo "ok $number - $2" ;;
    99)
        echo "Bail out! /cupel/exec could not run the script: $(head -n 1 err)"
        exit 2
        ;;
    *)
        echo "not ok $number - $2"
        printf '%s\n' "$complaint" | head -n 20 | LC_ALL=C tr -c '\n -~' '?' | sed 's/^/# /'
        ;;
    esac
}

echo "TAP version 13"
try copies_new_files "copies new files"
try reports_what_it_copies "reports what it copies"
try copies_changed_files_only "copies changed files only"
try keeps_the_version_before "keeps the version before"
try changes_nothing_with_n "changes nothing with -n"
try refuses_what_is_no_folder "refuses what is no folder"
try copies_empty_files "copies empty files"
try copies_names_with_blanks "copies names with blanks"
try copies_names_with_dashes "copies names with dashes"
try cleans_up "cleans up"
try leaves_links_alone "leaves links alone"
echo "1..$number"
