/* Included twice by itself, SIZE levels deep: 2^SIZE files are read. */
#if __INCLUDE_LEVEL__ < SIZE
#include "include_itself.c"
#include "include_itself.c"
#endif
#if __INCLUDE_LEVEL__ == 0
int main(void)
{
    return 0;
}
#endif
