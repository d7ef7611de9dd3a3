/*
 * Technique: fill System V message queues
 * Family: exhaustion
 * Layers: seccomp, memory
 * Outcome: failed
 * Policies: native
 * Control: room
 */
#include <errno.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#include "hostile.h"

enum { QUEUES = 2000, TEXT = 8192 };

struct letter {
    long type;
    char text[TEXT];
};

int main(void)
{
    static struct letter letter = {.type = 1};

    hostile_bound(HOSTILE_SECONDS);
    for (int i = 0; i < QUEUES; i++) {
        int id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
        if (id < 0)
            return hostile_end(-1);
        while (msgsnd(id, &letter, TEXT, IPC_NOWAIT) == 0)
            continue;
        if (errno != EAGAIN)
            return hostile_end(-1);
    }
    return hostile_end(0);
}
