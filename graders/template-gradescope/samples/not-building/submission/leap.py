import sys

print("yes" if int(sys.argv[1] % 4 == 0 else "no")
