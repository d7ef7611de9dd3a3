/*
 * What the supervisor asks cupel-scope, the program that speaks with systemd, and what it says.
 *
 * One packet each way on a SOCK_SEQPACKET socket pair: a header of 8 bytes (magic, type) and a
 * body of at most WIRE_SCOPE_MAX bytes in all, in the machine's byte order. The request carries
 * one descriptor: a socket that the supervisor has connected to systemd. So it is the
 * supervisor whom systemd takes for the sender, whatever pid namespaces there are. Pure: no I/O
 * here.
 */
#ifndef CUPEL_WIRE_SCOPE_H
#define CUPEL_WIRE_SCOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cupel/error.h"

#define WIRE_SCOPE_MAX  512
#define WIRE_SCOPE_NAME 64  /* bytes of a scope's name, with its NUL */
#define WIRE_SCOPE_TEXT 252 /* bytes of an answer's text, with its NUL */

/* How long asking systemd may take in all, and then how long cancelling what was begun. */
#define WIRE_SCOPE_LIMIT_US  5000000U
#define WIRE_SCOPE_CANCEL_US 1000000U

struct wire_scope_request {
    bool is_bus;                 /* a message bus lies between: senders have names */
    uint64_t left_us;            /* of the time that asking may take */
    char scope[WIRE_SCOPE_NAME]; /* to be started for the sender; "": tell whether the unit
                                    that the sender runs in is delegated */
};

enum wire_scope_outcome {
    WIRE_SCOPE_DONE,       /* a scope: its job is over, text is its result; else: delegated */
    WIRE_SCOPE_NO_LIBRARY, /* libsystemd.so.0 cannot be used; text: why */
    WIRE_SCOPE_NO_BUS,     /* who is there does not let us in; text: the reason alone */
    WIRE_SCOPE_NO_SERVICE, /* a bus, and systemd is not on it; text: a sentence, as below */
    WIRE_SCOPE_REFUSED,    /* systemd answered with an error */
    WIRE_SCOPE_FAILED,     /* anything else */
    WIRE_SCOPE_OUTCOMES,
};

struct wire_scope_answer {
    enum wire_scope_outcome outcome;
    bool delegated;
    char text[WIRE_SCOPE_TEXT];
};

/* Encode into buf of WIRE_SCOPE_MAX bytes, where any of them fits. Return the length. */
size_t wire_scope_encode_request(const struct wire_scope_request *request, void *buf);
size_t wire_scope_encode_answer(const struct wire_scope_answer *answer, void *buf);

/* Decode a whole packet. Return 0; -EPROTO if it is malformed. */
CUPEL_MUST_CHECK int wire_scope_decode_request(const void *buf, size_t len,
                                               struct wire_scope_request *ret);
CUPEL_MUST_CHECK int wire_scope_decode_answer(const void *buf, size_t len,
                                              struct wire_scope_answer *ret);

#endif
