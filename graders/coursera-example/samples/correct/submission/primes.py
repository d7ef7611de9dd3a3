import sys


def primes(number):
    composite = set()
    for i in range(2, number + 1):
        if i not in composite:
            yield i
            composite.update(range(i * i, number + 1, i))


for prime in primes(int(sys.argv[1])):
    print(prime)
