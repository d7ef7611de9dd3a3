/* How each frame begins and ends: cupel/wire.h. */
#ifndef CUPEL_WIRE_FRAME_H
#define CUPEL_WIRE_FRAME_H

#include <stddef.h>

#include "cupel/wire.h"
#include "wire/buffer.h"

/* Write a header of type into buf. */
struct wire_writer wire_begin(void *buf, size_t size, enum cupel_wire_type type);

/* The frame's length; -E2BIG if it did not fit. */
int wire_finish(const struct wire_writer *w);

/* Read behind the header; bad if it is not of the expected type. */
struct wire_reader wire_open_frame(const void *buf, size_t len, enum cupel_wire_type expected);

/* 0; -EPROTO if a field was malformed, or bytes are left. */
int wire_close_frame(const struct wire_reader *r);

#endif
