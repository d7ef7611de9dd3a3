#include <errno.h>
#include <string.h>

#include "cell/cell.h"
#include "wire/channel.h"

/* The descriptors behind 0, 1 and 2, in their order. */
static int sort_fds(const struct cupel_wire_run *request, const struct wire_frame *frame,
                    struct cell_run *ret)
{
    const bool given[] = {request->has_cgroup, request->file_count > 0, request->has_report};
    int *const places[] = {&ret->cgroup_fd, &ret->contents_fd, &ret->third_fd};
    size_t next = 3;

    for (size_t i = 0; i < 3; i++)
        *places[i] = given[i] && next < frame->fd_count ? frame->fds[next++] : -1;
    size_t asked = 3U + given[0] + given[1] + given[2];
    return frame->fd_count == asked ? 0 : -EPROTO;
}

int cell_request_take(const struct cell_server *server, struct cupel_wire_run *ret,
                      struct cell_run *ret_run, struct cupel_error *err)
{
    struct wire_frame *frame = server->frame;
    struct cell_report *report = server->report;

    int received = wire_receive(server->lane->channel_fd, frame);
    report->stage = received == 0 ? CELL_DISMISSED : CELL_MISLED;
    if (received == 0)
        return cupel_fail(err, -EPIPE, "no RUN");
    if (received < 0)
        return cupel_fail(err, received, "receive a RUN: %s", strerrordesc_np(-received));
    int r = cupel_wire_decode_run(frame->bytes, frame->len, ret);
    if (r == -ENOMEM) {
        report->stage = CELL_ASKED;
        return cupel_fail(err, r, "take a RUN: out of memory");
    }
    if (r < 0)
        return cupel_fail(err, r, "malformed RUN");
    *ret_run = (struct cell_run){.lane = server->lane,
                                 .request = ret,
                                 .stdio = frame->fds,
                                 .ruleset_fd = -1,
                                 .courier_fd = server->courier_fd,
                                 .report = report};
    if (sort_fds(ret, frame, ret_run) < 0)
        return cupel_fail(err, -EPROTO, "a RUN without its descriptors");
    report->stage = CELL_ASKED;
    return 0;
}
