/*
 * The broker's protocol: how a harness in the judge's cell has the learner's program run in the
 * learner's cell.
 *
 * `/cupel/exec` connects to CUPEL_BROKER_PATH, a SOCK_SEQPACKET socket; one connection is one
 * call, one packet one frame: a header of 8 bytes (magic, type) and a body, at most
 * CUPEL_BROKER_MAX bytes in all, in the machine's byte order. No descriptor is ever passed.
 *
 *   exec                                 supervisor
 *   PUT MORE… PUT …     files to place
 *   GET GET …           files to give back
 *   CALL                the command   →
 *   INPUT… INPUT_END    its input     →
 *                                     ←  OUTPUT…              as it comes
 *                                     ←  FILE MORE… FILE …    one for each GET, in their order
 *                                     ←  REPORT MORE…         if CALL asked for it
 *                                     ←  EXITED
 *
 * REFUSED may come at any time, and is the last frame as EXITED is. The supervisor reads INPUT
 * as the command does. A harness is course staff's, but fed with what learners' programs print:
 * what comes from it is hostile input. Pure: no I/O here.
 */
#ifndef CUPEL_BROKER_H
#define CUPEL_BROKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cupel/error.h"

#define CUPEL_BROKER_PATH "/cupel/broker"

#define CUPEL_BROKER_MAX      131072
#define CUPEL_BROKER_CHUNK    65536 /* bytes of a file or stream in one frame */
#define CUPEL_BROKER_STRINGS  8192  /* elements of argv, or of environment */
#define CUPEL_BROKER_PUTS     1024  /* files that a call places */
#define CUPEL_BROKER_GETS     64    /* files that a call gives back */
#define CUPEL_BROKER_TEXT_MAX 1024  /* bytes of a message */

enum cupel_broker_type {
    CUPEL_BROKER_PUT = 1, /* to the supervisor: a file that shall be there, or its beginning */
    CUPEL_BROKER_GET,     /* to the supervisor: a file that is asked for */
    CUPEL_BROKER_CALL,    /* to the supervisor: run this command */
    CUPEL_BROKER_INPUT,   /* to the supervisor: standard input */
    CUPEL_BROKER_INPUT_END, /* to the supervisor: its end */
    CUPEL_BROKER_MORE,      /* either way: the file of the frame before goes on */
    CUPEL_BROKER_OUTPUT,    /* from the supervisor: standard output or standard error */
    CUPEL_BROKER_FILE,    /* from the supervisor: a file that was asked for, or its beginning */
    CUPEL_BROKER_REPORT,  /* from the supervisor: a cupel.run/1 document, or its beginning */
    CUPEL_BROKER_EXITED,  /* from the supervisor: how the command ended */
    CUPEL_BROKER_REFUSED, /* from the supervisor: why nothing was run, or the call ended */
};

/* What a receiver has got so far: the supervisor begins with ASKING, exec with ANSWERING. */
enum cupel_broker_state {
    CUPEL_BROKER_ASKING,    /* PUT, GET and CALL may come */
    CUPEL_BROKER_PUTTING,   /* a file came: it may go on */
    CUPEL_BROKER_FEEDING,   /* CALL came: input may come */
    CUPEL_BROKER_FED,       /* INPUT_END came: nothing more is permitted */
    CUPEL_BROKER_ANSWERING, /* output may come, then files, then the end */
    CUPEL_BROKER_GIVING,    /* a file came: it may go on */
    CUPEL_BROKER_REPORTING, /* the report came: it may go on */
    CUPEL_BROKER_ENDED,     /* EXITED or REFUSED came: nothing more is permitted */
};

/* The table of what is permitted: the state after a frame of type in state. Returns 0 and sets
 * *ret, or -EPROTO. */
CUPEL_MUST_CHECK int cupel_broker_next(enum cupel_broker_state state,
                                       enum cupel_broker_type type,
                                       enum cupel_broker_state *ret);

/* Texts and bytes of these point into the frame after decoding, and are borrowed for encoding.
 */
struct cupel_broker_put {
    const char *path; /* relative to /box, or absolute in /box or /tmp */
    bool executable;
    const void *bytes;
    size_t len;
};

struct cupel_broker_call {
    const char *chdir; /* as above, of a folder; empty: /box */
    bool wants_report;
    const char **argv;        /* NULL-terminated; see cupel_broker_call_clear() */
    const char **environment; /* "K=V" to add, likewise */
};

struct cupel_broker_output {
    uint32_t stream; /* enum cupel_stream: 0 standard output, 1 standard error */
    const void *bytes;
    size_t len;
};

struct cupel_broker_file {
    uint32_t index; /* of the GET */
    int32_t code;   /* 0, or a negative errno: it is not there, or was not taken */
    const void *bytes;
    size_t len;
};

struct cupel_broker_exited {
    uint32_t status;     /* 0 to 255, as `cupel run` exits */
    const char *message; /* how it ended, if not by itself; or empty */
};

/* Encode a frame into buf. Returns its length; -E2BIG if it does not fit. */
CUPEL_MUST_CHECK int cupel_broker_encode_put(const struct cupel_broker_put *in, void *buf,
                                             size_t size);
CUPEL_MUST_CHECK int cupel_broker_encode_call(const struct cupel_broker_call *in, void *buf,
                                              size_t size);
CUPEL_MUST_CHECK int cupel_broker_encode_output(const struct cupel_broker_output *in, void *buf,
                                                size_t size);
CUPEL_MUST_CHECK int cupel_broker_encode_file(const struct cupel_broker_file *in, void *buf,
                                              size_t size);
CUPEL_MUST_CHECK int cupel_broker_encode_exited(const struct cupel_broker_exited *in, void *buf,
                                                size_t size);
/* type: GET or REFUSED */
CUPEL_MUST_CHECK int cupel_broker_encode_text(enum cupel_broker_type type, const char *text,
                                              void *buf, size_t size);
/* type: INPUT, INPUT_END (no bytes), MORE or REPORT */
CUPEL_MUST_CHECK int cupel_broker_encode_bytes(enum cupel_broker_type type, const void *bytes,
                                               size_t len, void *buf, size_t size);

/* Type of a received frame of len bytes. Returns 0; -EPROTO if there is no such type. */
CUPEL_MUST_CHECK int cupel_broker_type(const void *buf, size_t len,
                                       enum cupel_broker_type *ret);

/*
 * Decode a frame of the named type. Returns 0; -EPROTO if it is of another type, truncated,
 * oversized, has trailing bytes, or a count, length, number or text out of its bounds; -ENOMEM
 * (only CALL allocates).
 */
CUPEL_MUST_CHECK int cupel_broker_decode_put(const void *buf, size_t len,
                                             struct cupel_broker_put *ret);
CUPEL_MUST_CHECK int cupel_broker_decode_call(const void *buf, size_t len,
                                              struct cupel_broker_call *ret);
CUPEL_MUST_CHECK int cupel_broker_decode_output(const void *buf, size_t len,
                                                struct cupel_broker_output *ret);
CUPEL_MUST_CHECK int cupel_broker_decode_file(const void *buf, size_t len,
                                              struct cupel_broker_file *ret);
CUPEL_MUST_CHECK int cupel_broker_decode_exited(const void *buf, size_t len,
                                                struct cupel_broker_exited *ret);
CUPEL_MUST_CHECK int cupel_broker_decode_text(enum cupel_broker_type type, const void *buf,
                                              size_t len, const char **ret);
CUPEL_MUST_CHECK int cupel_broker_decode_bytes(enum cupel_broker_type type, const void *buf,
                                               size_t len, const void **ret, size_t *ret_len);

/* Free the vectors of a decoded CALL. Safe on a zeroed structure. */
void cupel_broker_call_clear(struct cupel_broker_call *call);

#endif
