#include "main.h"

#include <stdio.h>

int add(int a, int b)
{
    return a + b;
}

__attribute__((weak)) int main(void)
{
    int a;
    int b;

    if (scanf("%d %d", &a, &b) != 2)
        return 1;
    printf("%d\n", add(a, b));
    return 0;
}
