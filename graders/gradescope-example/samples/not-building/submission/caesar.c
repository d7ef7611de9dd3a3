/* A semicolon is missing. */
#include <stdio.h>

int main(void)
{
    int c = getchar()
    putchar(c);
    return 0;
}
