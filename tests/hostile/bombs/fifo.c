/* A header that never comes: nobody writes to it. */
#if SIZE > 1
#include "waiting"
#endif

int main(void)
{
    return 0;
}
