#include "cupel/hash.h"

#include <sodium.h>

_Static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(struct cupel_hash), "state fits");
_Static_assert(_Alignof(crypto_hash_sha256_state) <= _Alignof(struct cupel_hash), "aligned");
_Static_assert(CUPEL_SHA256_HEX_SIZE == 2 * crypto_hash_sha256_BYTES + 1, "digits and NUL");

static crypto_hash_sha256_state *state_of(struct cupel_hash *hash)
{
    return (void *)hash->state;
}

void cupel_hash_init(struct cupel_hash *hash)
{
    (void)crypto_hash_sha256_init(state_of(hash));
}

void cupel_hash_update(struct cupel_hash *hash, const void *bytes, size_t len)
{
    (void)crypto_hash_sha256_update(state_of(hash), bytes, len);
}

void cupel_hash_hex(struct cupel_hash *hash, char ret[static CUPEL_SHA256_HEX_SIZE])
{
    unsigned char digest[crypto_hash_sha256_BYTES];

    (void)crypto_hash_sha256_final(state_of(hash), digest);
    (void)sodium_bin2hex(ret, CUPEL_SHA256_HEX_SIZE, digest, sizeof(digest));
}
