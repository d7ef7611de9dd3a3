# Tells what the program printed, as TAP wants it.
echo 1..2
try() {
    output=$(/cupel/exec -- python3 main.py "$2" "$3")
    if [ "$output" = "$4" ]; then
        echo "ok $1 - $5"
    else
        echo "not ok $1 - $5"
    fi
    printf '%s\n' "$output" | sed 's/^/# /'
}
try 1 2 3 5 small
try 2 20 22 42 larger
