/* 2^SIZE messages, each with the way to its line. */
#if __INCLUDE_LEVEL__ < SIZE
/* clang-format off */
#include "errors.c"
#include "errors.c"
/* clang-format on */
#else
#warning "the quick brown fox jumps over the lazy dog, \xff\xc3 and on, and on, and on, and on"
#endif
#if __INCLUDE_LEVEL__ == 0
int main(void)
{
    return 0;
}
#endif
