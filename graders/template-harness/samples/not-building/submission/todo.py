import sys

if sys.argv[1] == "list"
    print(open(sys.argv[2]).read(), end="")
