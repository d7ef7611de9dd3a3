/* An honest program: computes for about 0.3 s in little memory, and prints 42. */
#include <stdint.h>
#include <stdio.h>

int main(void)
{
    uint64_t state = 88172645463325252ULL;

    for (long i = 0; i < 150000000; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    return printf("%d\n", state != 0 ? 42 : 0) < 0;
}
