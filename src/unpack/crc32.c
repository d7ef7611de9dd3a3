#include "unpack/crc32.h"

/* The table for half a byte at a time: 16 entries need no set-up at start. */
static uint32_t step(uint32_t crc)
{
    static const uint32_t table[16] = {
        0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4,
        0x4DB26158, 0x5005713C, 0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C,
        0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
    };

    return table[crc & 0xFU] ^ crc >> 4;
}

uint32_t cupel_crc32(uint32_t crc, const void *bytes, size_t len)
{
    const unsigned char *p = bytes;

    crc = ~crc;
    for (size_t i = 0; i < len; i++)
        crc = step(step(crc ^ p[i]));
    return ~crc;
}
