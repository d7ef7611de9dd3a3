#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t fib(unsigned n)
{
    uint64_t a = 0;
    uint64_t b = 1;

    while (n-- > 0) {
        uint64_t next = a + b;
        a = b;
        b = next;
    }
    return a
}

static unsigned parse(const char *text)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);

    if (end == text || (*end != '\0' && *end != '\n') || n > 93) {
        fprintf(stderr, "not a number from 0 to 93: %s\n", text);
        exit(2);
    }
    return (unsigned)n;
}

int main(int argc, char **argv)
{
    char line[64];

    if (argc == 3 && strcmp(argv[1], "--ratio") == 0) {
        unsigned n = parse(argv[2]);
        printf("%.15f\n", (double)fib(n + 1) / (double)fib(n));
    } else if (argc == 2) {
        printf("%" PRIu64 "\n", fib(parse(argv[1])));
    } else {
        while (fgets(line, sizeof(line), stdin) != NULL)
            printf("%" PRIu64 "\n", fib(parse(line)));
    }
    return 0;
}
