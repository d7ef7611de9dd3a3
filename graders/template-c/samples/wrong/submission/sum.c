#include <stdio.h>

int main(void)
{
    int sum = 0;
    int number;

    while (scanf("%d", &number) == 1)
        sum += number;
    printf("%d\n", sum);
    return 0;
}
