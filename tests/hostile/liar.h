/*
 * A cell that lies: cupel-cell itself, whose frames go through here. What it does differently
 * is one line of the file `lie` beside its executable:
 *
 *   FRAME NTH DEED [ARGUMENT…]     FRAME: ready, started, listener, exited or failed;
 *                                  NTH: of its kind, from all lanes together
 *
 * The line "honest" changes nothing: the man in the middle that lets everything pass. liar.c
 * lists the deeds that change a frame, liar_fds.c the descriptors that take the place of
 * others, liar_deeds.c what else a process of a cell can do. All are bounded: each process that
 * is to outlive the cell ends by an alarm.
 */
#ifndef CUPEL_TESTS_LIAR_H
#define CUPEL_TESTS_LIAR_H

#include <stdbool.h>
#include <stddef.h>

#define LIE_WORDS 8

struct lie {
    unsigned frame; /* enum cupel_wire_type; 0: honest */
    unsigned nth;
    char text[256];
    const char *words[LIE_WORDS]; /* the deed, then its arguments; "" behind the last */
};

/* A frame that is about to be sent; may be changed. */
struct liar_frame {
    unsigned char bytes[1 << 18];
    size_t len;
    int fds[256];
    size_t fd_count;
};

/* Number of an argument; 0 where there is none. */
unsigned long long lie_number(const struct lie *lie, size_t index);

/* Send what is in frame, whatever that is. */
void liar_send(int socket_fd, const struct liar_frame *frame);

/* liar_fds.c: while the cell still sees the host. */
void liar_prepare(const struct lie *lie);
/* A descriptor of the named kind, that is not closed again; ends the process if it cannot be
 * made. */
int liar_make_fd(const char *kind, int original);

/* liar_deeds.c: returns whether there is such a deed. *ret_send: the frame is still to be sent.
 */
bool liar_do(const struct lie *lie, int socket_fd, struct liar_frame *frame, bool *ret_send);

#endif
