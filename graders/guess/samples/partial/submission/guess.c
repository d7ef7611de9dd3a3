/* Keeps a third of the numbers at worst, and half of them at best: too many guesses. */
#include <stdio.h>
#include <string.h>

int main(void)
{
    char answer[16];
    long largest;

    while (scanf("%ld", &largest) == 1 && largest > 0) {
        long low = 1;
        long high = largest;
        do {
            long guess = low + (high - low) / 3;
            printf("%ld\n", guess);
            fflush(stdout);
            if (scanf("%15s", answer) != 1)
                return 1;
            if (strcmp(answer, "lower") == 0)
                high = guess - 1;
            else
                low = guess + 1;
        } while (strcmp(answer, "found") != 0);
    }
    return 0;
}
