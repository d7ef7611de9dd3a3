#include <stdio.h>

int main(void)
{
    long long sum = 0;
    long long number;
    int read;

    while ((read = scanf("%lld", &number)) == 1)
        sum += number;
    if (read != EOF)
        return 2;
    printf("%lld\n", sum);
    return 0;
}
