#include <unistd.h>

__attribute__((constructor)) static void end(void)
{
    _exit(0);
}
