#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "cupel/cleanup.h"
#include "lingering.h"
#include "sandbox/cell_internal.h"

#define LINGER_S   60
#define PATIENCE_S 30

/* A cell without processes, whose part is played by who holds *ret_far. */
static struct cupel_cell *make_cell(int *ret_far)
{
    struct cupel_cell *cell = calloc(1, sizeof(*cell));
    int pair[2];

    assert_non_null(cell);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    assert_int_equal(fcntl(pair[0], F_SETFL, O_NONBLOCK), 0);
    *cell = (struct cupel_cell){
        .pid = -1, .pidfd = -1, .lease_fd = -1, .main_fd = -1, .box_fd = -1, .lane_count = 1};
    cell->lanes[0] = (struct cell_channel){pair[0], CUPEL_WIRE_IDLE};
    cell->frame = malloc(sizeof(*cell->frame));
    assert_non_null(cell->frame);
    *ret_far = pair[1];
    return cell;
}

/* Afterwards, whoever receives them closes them last. */
static void send_lingering(int far_fd, int listening, const void *frame, size_t len)
{
    int fds[2] = {lingering_make(listening, LINGER_S), lingering_make(listening, LINGER_S)};

    assert_int_equal(wire_send(far_fd, frame, len, fds, 2), 0);
    cupel_close_p(&fds[0]);
    cupel_close_p(&fds[1]);
}

static void what_a_cell_sends_does_not_wait_to_be_closed(void **state)
{
    CUPEL_AUTO_FD listening = lingering_listen();
    CUPEL_AUTO_FD far = -1;
    struct cupel_cell *cell = make_cell(&far);
    struct cupel_error err = {0};
    unsigned char frame[64];

    (void)state;
    int len = cupel_wire_encode_started(frame, sizeof(frame));
    assert_true(len > 0);
    time_t start = lingering_now_s();
    send_lingering(far, listening, "no frame", 8);
    assert_int_equal(cell_receive(cell, &cell->lanes[0], &err), -EPROTO);
    send_lingering(far, listening, frame, (size_t)len); /* one that may not come now */
    assert_int_equal(cell_receive(cell, &cell->lanes[0], &err), -EPROTO);
    send_lingering(far, listening, frame, (size_t)len); /* one that is not received */
    cupel_cell_free(cell);
    assert_true(lingering_now_s() - start < PATIENCE_S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_cell_sends_does_not_wait_to_be_closed),
    };

    return cmocka_run_group_tests_name("cell", tests, NULL, NULL);
}
