#include "cupel/wire.h"

#include <errno.h>

/* Each frame is permitted in its states alone; what is not in the table breaks the channel. */
static const struct {
    enum cupel_wire_state state;
    enum cupel_wire_type type;
    size_t fds_min;
    size_t fds_max;
    enum cupel_wire_state next;
} permitted[] = {
    {CUPEL_WIRE_NEW, CUPEL_WIRE_SETUP, 0, SIZE_MAX, CUPEL_WIRE_WAITING},
    {CUPEL_WIRE_WAITING, CUPEL_WIRE_READY, 1, 1, CUPEL_WIRE_IDLE},
    {CUPEL_WIRE_WAITING, CUPEL_WIRE_FAILED, 0, 0, CUPEL_WIRE_BROKEN},
    {CUPEL_WIRE_IDLE, CUPEL_WIRE_RUN, 3, 6, CUPEL_WIRE_ASKED},
    {CUPEL_WIRE_ASKED, CUPEL_WIRE_STARTED, 6, 8, CUPEL_WIRE_RUNNING},
    {CUPEL_WIRE_ASKED, CUPEL_WIRE_FAILED, 0, 0, CUPEL_WIRE_IDLE},
    {CUPEL_WIRE_RUNNING, CUPEL_WIRE_LISTENER, 1, 1, CUPEL_WIRE_LISTENING},
    {CUPEL_WIRE_RUNNING, CUPEL_WIRE_EXITED, 0, 0, CUPEL_WIRE_IDLE},
    {CUPEL_WIRE_RUNNING, CUPEL_WIRE_FAILED, 0, 0, CUPEL_WIRE_IDLE},
    {CUPEL_WIRE_LISTENING, CUPEL_WIRE_EXITED, 0, 0, CUPEL_WIRE_IDLE},
    {CUPEL_WIRE_LISTENING, CUPEL_WIRE_FAILED, 0, 0, CUPEL_WIRE_IDLE},
};

int cupel_wire_next(enum cupel_wire_state state, enum cupel_wire_type type, size_t fd_count,
                    enum cupel_wire_state *ret)
{
    for (size_t i = 0; i < sizeof(permitted) / sizeof(permitted[0]); i++) {
        if (permitted[i].state == state && permitted[i].type == type &&
            fd_count >= permitted[i].fds_min && fd_count <= permitted[i].fds_max) {
            *ret = permitted[i].next;
            return 0;
        }
    }
    return -EPROTO;
}
