/*
 * Technique: have the compiler read what is expected
 * Family: tampering
 * Layers: hidden data, root
 * Outcome: not built
 * Grader: c
 * Naive: build
 */
#include <stdio.h>

#define FILE_OF(n) ".incbin \"/box/expected/" #n ".out\"\n"
#define ANSWER(n)                                                                              \
    __asm__(".section .rodata\n.global a" #n "\na" #n ": " FILE_OF(n) ".byte 0\n.text");       \
    extern const char a##n[];

ANSWER(1)
ANSWER(2)
ANSWER(3)

int main(void)
{
    int first = 0;

    (void)scanf("%d", &first);
    printf("%s", first == 2 ? a1 : first == 20 ? a2 : a3);
    return 0;
}
