/*
 * Technique: open shared memory of the host
 * Family: escape
 * Layers: root, landlock
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <fcntl.h>

#include "beside.h"
#include "hostile.h"

int main(void)
{
    char path[BESIDE_NAME];

    beside_name(path, "/dev/shm/hostile-", "/secret");
    return hostile_end(open(path, O_RDONLY | O_CLOEXEC));
}
