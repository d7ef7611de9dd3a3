/*
 * Technique: make POSIX message queues
 * Family: exhaustion
 * Layers: seccomp, rlimits
 * Outcome: failed
 * Policies: native
 * Control: user
 */
#include <fcntl.h>
#include <mqueue.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "hostile.h"

enum { QUEUES = 8 };

int main(void)
{
    struct mq_attr large = {.mq_maxmsg = 10, .mq_msgsize = 8192};
    char name[32];

    hostile_bound(8);
    for (int i = 0; i < QUEUES; i++) {
        (void)snprintf(name, sizeof(name), "/hostile-%d-%d", (int)getpid(), i);
        mqd_t queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &large);
        if (queue == (mqd_t)-1)
            return hostile_end(-1);
        (void)mq_unlink(name);
    }
    return hostile_end(0);
}
