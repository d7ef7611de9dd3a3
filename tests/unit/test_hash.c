#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cupel/hash.h"

/* The vectors of FIPS 180-4. */
static void hash_agrees_with_the_standard(void **state)
{
    struct cupel_hash hash;
    char hex[CUPEL_SHA256_HEX_SIZE];

    (void)state;
    cupel_hash_init(&hash);
    cupel_hash_hex(&hash, hex);
    assert_string_equal(hex,
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    cupel_hash_init(&hash);
    cupel_hash_update(&hash, "a", 1);
    cupel_hash_update(&hash, "bc", 2);
    cupel_hash_hex(&hash, hex);
    assert_string_equal(hex,
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(hash_agrees_with_the_standard)};
    return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
