/* Never comes to an end: the loop waits for a number that it skipped. */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    volatile unsigned n = 1;
    unsigned last = argc > 1 ? (unsigned)atoi(argv[1]) : 4;

    while (n != 2 * last)
        n += 2;
    printf("%u\n", n);
    return 0;
}
