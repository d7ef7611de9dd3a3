/* Adds the shift to whatever it reads. */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    int c;

    if (argc != 2 || atoi(argv[1]) == 0) {
        fprintf(stderr, "usage: caesar SHIFT\n");
        return 2;
    }
    while ((c = getchar()) != EOF)
        putchar(c + atoi(argv[1]));
    return 0;
}
