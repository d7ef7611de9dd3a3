/* The CRC-32 of gzip. Pure. */
#ifndef CUPEL_UNPACK_CRC32_H
#define CUPEL_UNPACK_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* Carry a sum on over len bytes; it starts from 0. Source: RFC 1952, section 8. */
uint32_t cupel_crc32(uint32_t crc, const void *bytes, size_t len);

#endif
