/*
 * Streaming comparison against the plain one, and against itself in other pieces.
 * Input: kind, seed of the pieces, tolerance, then expected and actual text parted by 0xFF.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/compare_reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const double tolerances[] = {0, 1e-9, 0.5, 10};
    if (size < 4)
        return 0;

    enum cupel_compare_kind kind = data[0] % 4;
    unsigned seed = data[1];
    struct cupel_tolerance tolerance = {tolerances[data[2] % 4], tolerances[data[2] / 4 % 4]};
    const uint8_t *expected = data + 3;
    const uint8_t *end = memchr(expected, 0xFF, size - 3);
    size_t expected_len = end != NULL ? (size_t)(end - expected) : size - 3;
    const uint8_t *actual = end != NULL ? end + 1 : expected;
    size_t actual_len = end != NULL ? size - 4 - expected_len : expected_len;

    struct cupel_difference whole;
    struct cupel_difference bytes;
    struct cupel_difference pieces;
    bool equal = compare_in_pieces(kind, &tolerance, expected, expected_len, actual, actual_len,
                                   SIZE_MAX >> 32, 0, &whole);
    if (equal != reference_equal(kind, &tolerance, expected, expected_len, actual, actual_len))
        abort();
    if (compare_in_pieces(kind, &tolerance, expected, expected_len, actual, actual_len, 1, 0,
                          &bytes) != equal ||
        compare_in_pieces(kind, &tolerance, expected, expected_len, actual, actual_len,
                          1 + seed % 16, seed, &pieces) != equal)
        abort();
    if (!equal && (!same_difference(&whole, &bytes) || !same_difference(&whole, &pieces)))
        abort();
    return 0;
}
