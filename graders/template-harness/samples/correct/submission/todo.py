import sys


def main(words):
    match words:
        case ["list", name]:
            with open(name) as file:
                print(file.read(), end="")
        case ["add", name, text]:
            with open(name, "a") as file:
                file.write(text + "\n")
        case _:
            print("usage: todo.py list FILE | add FILE TEXT", file=sys.stderr)
            return 2
    return 0


sys.exit(main(sys.argv[1:]))
