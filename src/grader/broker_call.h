/* A call as the files of the broker see it. Internal to broker*.c. */
#ifndef CUPEL_GRADER_BROKER_CALL_H
#define CUPEL_GRADER_BROKER_CALL_H

#include <stdbool.h>

#include "cupel/run.h"
#include "grader/broker.h"

struct broker_bytes {
    unsigned char *bytes;
    size_t len;
    size_t size;
};

struct broker_put {
    char *path; /* absolute */
    bool executable;
    struct broker_bytes content;
};

struct broker_got {
    char *path; /* relative to the box */
    int code;   /* 0 or -errno */
    char *bytes;
    size_t len;
};

enum broker_phase {
    BROKER_READING, /* what is asked for */
    BROKER_WAITING, /* for a lane */
    BROKER_RUNNING,
    BROKER_ANSWERED, /* all is known; what is left of it is sent, then the client leaves */
};

struct broker_answer {
    struct broker_bytes output[2]; /* by enum cupel_stream */
    size_t sent[2];
    bool has_end;
    size_t file;      /* the next, or the one under way; report follows the last */
    size_t file_sent; /* of it */
    bool file_begun;
    char *report; /* NULL: not asked for */
    bool refused;
    unsigned status;
    char text[CUPEL_BROKER_TEXT_MAX + 1];
    bool is_sent;
};

struct broker_call {
    struct cupel_broker *broker; /* NULL: it is gone, and only the end of the run awaited */
    struct cupel_lanes *lanes;
    struct broker_call *next;
    struct cupel_source socket;
    uint32_t events; /* that are watched; with is_watched */
    bool is_watched;
    bool is_deaf;    /* the client takes no more */
    bool is_feeding; /* the command has not taken the input it was fed */
    enum broker_phase phase;
    enum cupel_broker_state state;

    struct broker_put *puts; /* CUPEL_BROKER_PUTS, or NULL: none */
    size_t put_count;
    struct cupel_run_file *files; /* the same for the run */
    struct broker_got gets[CUPEL_BROKER_GETS];
    size_t get_count;
    size_t held;          /* bytes of files and their names, both ways */
    size_t held_got;      /* of these, of files that are given back */
    unsigned char *frame; /* that call points into */
    struct cupel_broker_call call;
    char *chdir; /* absolute */

    struct cupel_lane_claim claim;
    unsigned lane;
    struct cupel_run *run;
    struct cupel_run_request request;
    char **environment;
    struct broker_answer answer;
};

struct cupel_broker {
    struct cupel_broker_options options;
    struct cupel_source listener;
    bool is_listening;
    unsigned waits; /* for calls that somebody else took */
    struct broker_call *calls;
    size_t open;  /* calls in the list */
    size_t total; /* that were accepted */
    size_t run;
    size_t held;                               /* bytes of files of all calls */
    unsigned char frame[CUPEL_BROKER_MAX + 1]; /* the last one received, or the next to send */
};

/* broker_bytes in broker_request.c: append. Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int broker_append(struct broker_bytes *bytes, const void *more, size_t len);

/* broker_request.c: take what is asked for from a frame of broker->frame, up to and with CALL.
 * Returns 0; -ENOMEM; or -errno with what to tell the harness in err. */
CUPEL_MUST_CHECK int broker_take_frame(struct broker_call *call, enum cupel_broker_type type,
                                       size_t len, struct cupel_error *err);
/* Free what was asked for. */
void broker_forget_request(struct broker_call *call);

/* broker_folder.c: whether chdir of a complete request leads to a folder. */
bool broker_has_folder(const struct broker_call *call);
/* "NAME", "/box/NAME" or "/tmp/NAME" as an absolute path; -EINVAL, -ENOMEM. The caller frees.
 */
CUPEL_MUST_CHECK int broker_absolute(const char *path, char **ret);

/* broker_run.c: a complete request has a lane. */
void broker_start(struct cupel_lane_claim *claim, unsigned lane);
void broker_abandon(struct cupel_lane_claim *claim);

/* broker_answer.c */

/* How the call ends, unless it was refused before. It has no run any more. */
void broker_end(struct broker_call *call, unsigned status, const char *text);
/* End it for another reason, now or when its run is dead. */
void broker_refuse(struct broker_call *call, const char *text);

/* broker_run.c: the same for the platform's fault, which its owner is told of, as what the
 * harness makes of it is no one's. */
void broker_fail(struct broker_call *call, const char *text);
/* Only tell; error: an errno that says why, or 0. */
void broker_tell_failure(const struct cupel_broker *broker, int error, const char *text);
/* Send as much as the client takes. */
void broker_flush(struct broker_call *call);
bool broker_has_more(const struct broker_call *call);

/* broker.c: look for what the call waits for now. */
void broker_watch(struct broker_call *call);
/* Free a call that has no run. */
void broker_free_call(struct broker_call *call);

#endif
