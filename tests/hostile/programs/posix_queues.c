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

enum { QUEUES = 2 };

int main(void)
{
    struct mq_attr size = {.mq_maxmsg = 10, .mq_msgsize = 1024};
    char name[32];

    hostile_bound(HOSTILE_SECONDS);
    for (int i = 0; i < QUEUES; i++) {
        (void)snprintf(name, sizeof(name), "/hostile-%d-%d", (int)getpid(), i);
        mqd_t queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &size);
        if (queue == (mqd_t)-1)
            return hostile_end(-1);
        (void)mq_unlink(name);
    }
    return hostile_end(0);
}
