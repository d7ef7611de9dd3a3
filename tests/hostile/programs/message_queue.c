/*
 * Technique: open a message queue of the host
 * Family: escape
 * Layers: seccomp, ipc, landlock
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <fcntl.h>
#include <mqueue.h>

#include "beside.h"
#include "hostile.h"

int main(void)
{
    char name[BESIDE_NAME];

    beside_name(name, "/hostile-", "");
    return hostile_end(mq_open(name, O_RDONLY | O_CLOEXEC));
}
