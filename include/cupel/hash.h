/* SHA-256 (libsodium). */
#ifndef CUPEL_HASH_H
#define CUPEL_HASH_H

#include <stddef.h>

#include "cupel/outcome.h"

struct cupel_hash {
    _Alignas(16) unsigned char state[128]; /* crypto_hash_sha256_state */
};

void cupel_hash_init(struct cupel_hash *hash);
void cupel_hash_update(struct cupel_hash *hash, const void *bytes, size_t len);
/* 64 lower-case digits and NUL. hash must be initialised again before further use. */
void cupel_hash_hex(struct cupel_hash *hash, char ret[static CUPEL_SHA256_HEX_SIZE]);

#endif
