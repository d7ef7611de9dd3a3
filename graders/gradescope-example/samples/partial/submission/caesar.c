/* Knows nothing of capital letters, of shifts below 0 or of words. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    int shift = atoi(argv[argc - 1]);
    int c;

    while ((c = getchar()) != EOF)
        putchar(islower(c) ? (c - 'a' + shift) % 26 + 'a' : c);
    return 0;
}
