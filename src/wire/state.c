#include "cupel/wire.h"

#include <errno.h>

#define ANY_FDS SIZE_MAX

/* Each frame is permitted in its states alone; what is not in the table breaks the channel. */
static const struct {
    enum cupel_wire_state state;
    enum cupel_wire_type type;
    size_t fds;
    enum cupel_wire_state next;
} permitted[] = {
    {CUPEL_WIRE_NEW, CUPEL_WIRE_SETUP, ANY_FDS, CUPEL_WIRE_WAITING},
    {CUPEL_WIRE_WAITING, CUPEL_WIRE_READY, 1, CUPEL_WIRE_IDLE},
    {CUPEL_WIRE_WAITING, CUPEL_WIRE_FAILED, 0, CUPEL_WIRE_BROKEN},
    {CUPEL_WIRE_IDLE, CUPEL_WIRE_RUN, 3, CUPEL_WIRE_ASKED},
    {CUPEL_WIRE_IDLE, CUPEL_WIRE_RUN, 4, CUPEL_WIRE_ASKED}, /* with a cgroup */
    {CUPEL_WIRE_ASKED, CUPEL_WIRE_STARTED, 6, CUPEL_WIRE_RUNNING},
    {CUPEL_WIRE_ASKED, CUPEL_WIRE_FAILED, 0, CUPEL_WIRE_IDLE},
    {CUPEL_WIRE_RUNNING, CUPEL_WIRE_LISTENER, 1, CUPEL_WIRE_LISTENING},
    {CUPEL_WIRE_RUNNING, CUPEL_WIRE_EXITED, 0, CUPEL_WIRE_IDLE},
    {CUPEL_WIRE_RUNNING, CUPEL_WIRE_FAILED, 0, CUPEL_WIRE_IDLE},
    {CUPEL_WIRE_LISTENING, CUPEL_WIRE_EXITED, 0, CUPEL_WIRE_IDLE},
    {CUPEL_WIRE_LISTENING, CUPEL_WIRE_FAILED, 0, CUPEL_WIRE_IDLE},
};

int cupel_wire_next(enum cupel_wire_state state, enum cupel_wire_type type, size_t fd_count,
                    enum cupel_wire_state *ret)
{
    for (size_t i = 0; i < sizeof(permitted) / sizeof(permitted[0]); i++) {
        if (permitted[i].state == state && permitted[i].type == type &&
            (permitted[i].fds == ANY_FDS || permitted[i].fds == fd_count)) {
            *ret = permitted[i].next;
            return 0;
        }
    }
    return -EPROTO;
}
