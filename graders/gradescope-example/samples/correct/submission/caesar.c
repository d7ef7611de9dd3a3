#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    char *end = NULL;
    int c;

    long shift = argc == 2 ? strtol(argv[1], &end, 10) : 0;
    if (argc != 2 || end == argv[1] || *end != '\0') {
        fprintf(stderr, "usage: caesar SHIFT\n");
        return 2;
    }
    shift = (shift % 26 + 26) % 26;
    while ((c = getchar()) != EOF) {
        if (isalpha(c)) {
            int first = isupper(c) ? 'A' : 'a';
            c = (int)((c - first + shift) % 26 + first);
        }
        putchar(c);
    }
    return 0;
}
