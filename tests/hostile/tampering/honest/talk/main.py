for _ in range(2):
    a, b = map(int, input().split())
    print(a + b, flush=True)
