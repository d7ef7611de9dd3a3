/* A header without an end. */
#if SIZE > 1
#include "/dev/zero"
#endif

int main(void)
{
    return 0;
}
