/* Counts from 1, and ends behind the first game. */
#include <stdio.h>
#include <string.h>

int main(void)
{
    char answer[16] = "";
    long largest;

    if (scanf("%ld", &largest) != 1)
        return 1;
    for (long guess = 1; guess <= largest && strcmp(answer, "found") != 0; guess++) {
        printf("%ld\n", guess);
        fflush(stdout);
        if (scanf("%15s", answer) != 1)
            return 1;
    }
    return 0;
}
