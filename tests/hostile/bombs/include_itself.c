/* Included twice by itself, SIZE levels deep: 2^SIZE files are read. */
#if __INCLUDE_LEVEL__ < SIZE
/* clang-format off */
#include "include_itself.c"
#include "include_itself.c"
/* clang-format on */
#endif
#if __INCLUDE_LEVEL__ == 0
int main(void)
{
    return 0;
}
#endif
