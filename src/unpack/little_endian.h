/* Numbers in the byte order of zip, 7z and gzip. */
#ifndef CUPEL_UNPACK_LITTLE_ENDIAN_H
#define CUPEL_UNPACK_LITTLE_ENDIAN_H

#include <stdint.h>

static inline uint32_t cupel_le16(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static inline uint32_t cupel_le32(const unsigned char *p)
{
    return cupel_le16(p) | cupel_le16(p + 2) << 16;
}

static inline uint64_t cupel_le64(const unsigned char *p)
{
    return (uint64_t)cupel_le32(p) | (uint64_t)cupel_le32(p + 4) << 32;
}

#endif
