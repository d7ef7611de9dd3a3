/* How the parts of cupel-unpack say that an archive is refused. */
#ifndef CUPEL_UNPACK_REJECT_H
#define CUPEL_UNPACK_REJECT_H

#include <errno.h>

#include "cupel/error.h"

/* The code of errors that are the submission's fault; all others are the platform's. No system
 * call that unpacking makes returns it. */
#define CUPEL_REJECTED (-EBADMSG)

/*
 * Fill err with "NAME: REASON" and return CUPEL_REJECTED. name: raw bytes from the archive;
 * made clean, and cut after 120 bytes. NULL: the archive as a whole is meant.
 */
int cupel_reject(struct cupel_error *err, const char *name, const char *fmt, ...)
    CUPEL_PRINTF(3, 4);

#endif
