/* The parts of cupel-exec. Internal to src/exec. */
#ifndef CUPEL_EXEC_EXEC_H
#define CUPEL_EXEC_EXEC_H

#include <stdbool.h>
#include <stddef.h>

#include "cupel/broker.h"
#include "cupel/error.h"

#define EXEC_STATUS_FAILED 125

/* A file of both sides. Texts are arguments of the program. */
struct exec_file {
    const char *here;  /* as the harness calls it */
    const char *there; /* in the learner's box */
};

struct exec_request {
    struct exec_file *puts;
    size_t put_count;
    struct exec_file *gets;
    size_t get_count;
    const char *report; /* NULL: not wanted */
    const char *chdir;
    const char **environment; /* NULL-terminated, as argv */
    const char **argv;
};

struct exec {
    const struct exec_request *request;
    /* Tells the harness what is no failure of the call. */
    void (*tell)(const char *text);
    int socket_fd;
    bool answered; /* before all was sent that was to be */
    int status;    /* the call has ended; -1: it has not */

    enum cupel_broker_state state; /* of the answers */
    int file_fd;                   /* the file that is being written; -1: none */
    const char *file_name;

    int output_fd; /* where what is left of the last answer goes */
    const unsigned char *output;
    size_t output_len;

    bool input_open;
    size_t input_len; /* of the frame that waits to be sent */

    unsigned char frame[CUPEL_BROKER_MAX]; /* to be sent */
    unsigned char chunk[CUPEL_BROKER_CHUNK];
    unsigned char answer[CUPEL_BROKER_MAX + 1];
};

/* send.c */

/* Send exec->frame, unless an answer came already. len: as of its encoder. Returns 0, also if
 * the supervisor hears no more: its answer tells why; or -errno. */
CUPEL_MUST_CHECK int exec_send(struct exec *exec, int len, struct cupel_error *err);

/* Send the whole request: files to place, files to get, the command. As above. */
CUPEL_MUST_CHECK int exec_send_request(struct exec *exec, struct cupel_error *err);

/* answer.c */

/* Take one answer from the socket. Output is left in exec->output; the end in exec->status.
 * Returns 0; -EPROTO; -EPIPE if the connection is lost; -errno of a file that is written. */
CUPEL_MUST_CHECK int exec_take_answer(struct exec *exec, struct cupel_error *err);

/* relay.c */

/* Pass on input, output and files until the call ends. Returns 0 and sets exec->status, or
 * -errno. */
CUPEL_MUST_CHECK int exec_relay(struct exec *exec, struct cupel_error *err);

#endif
