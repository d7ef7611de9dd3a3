/* Never flushes: its guess waits in a buffer, and both sides wait for each other. */
#include <stdio.h>
#include <string.h>

static void play(long high)
{
    char answer[16];
    long low = 1;

    while (low <= high) {
        long guess = low + (high - low) / 2;
        printf("%ld\n", guess);
        if (scanf("%15s", answer) != 1 || strcmp(answer, "found") == 0)
            return;
        if (strcmp(answer, "lower") == 0)
            high = guess - 1;
        else
            low = guess + 1;
    }
}

int main(void)
{
    long largest;

    while (scanf("%ld", &largest) == 1 && largest > 0)
        play(largest);
    return 0;
}
