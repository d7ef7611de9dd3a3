#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/scope.h"

static const struct wire_scope_request request = {true, 5000000, "cupel-1.scope"};
static const struct wire_scope_answer answer = {WIRE_SCOPE_REFUSED, true, "there is none"};

static void what_is_encoded_is_decoded(void **state)
{
    unsigned char packet[WIRE_SCOPE_MAX];
    struct wire_scope_request asked;
    struct wire_scope_answer answered;

    (void)state;
    size_t len = wire_scope_encode_request(&request, packet);
    assert_int_equal(wire_scope_decode_request(packet, len, &asked), 0);
    assert_int_equal(asked.left_us, request.left_us);
    assert_true(asked.is_bus);
    assert_string_equal(asked.scope, request.scope);
    len = wire_scope_encode_answer(&answer, packet);
    assert_int_equal(wire_scope_decode_answer(packet, len, &answered), 0);
    assert_int_equal(answered.outcome, answer.outcome);
    assert_true(answered.delegated);
    assert_string_equal(answered.text, answer.text);
}

static void the_longest_texts_fit(void **state)
{
    unsigned char packet[WIRE_SCOPE_MAX];
    struct wire_scope_request longest = request;
    struct wire_scope_answer wordy = answer;

    (void)state;
    memset(longest.scope, 'x', sizeof(longest.scope) - 1);
    memset(wordy.text, 'x', sizeof(wordy.text) - 1);
    size_t len = wire_scope_encode_request(&longest, packet);
    assert_int_equal(wire_scope_decode_request(packet, len, &longest), 0);
    len = wire_scope_encode_answer(&wordy, packet);
    assert_int_equal(wire_scope_decode_answer(packet, len, &wordy), 0);
    assert_int_equal(strlen(wordy.text), WIRE_SCOPE_TEXT - 1);
}

static void a_packet_that_is_cut_or_too_long_is_refused(void **state)
{
    unsigned char packet[WIRE_SCOPE_MAX + 1] = {0};
    struct wire_scope_request asked;
    struct wire_scope_answer answered;

    (void)state;
    size_t asked_len = wire_scope_encode_request(&request, packet);
    for (size_t len = 0; len <= sizeof(packet); len++) {
        if (len != asked_len)
            assert_int_equal(wire_scope_decode_request(packet, len, &asked), -EPROTO);
    }
    size_t answered_len = wire_scope_encode_answer(&answer, packet);
    for (size_t len = 0; len <= sizeof(packet); len++) {
        if (len != answered_len)
            assert_int_equal(wire_scope_decode_answer(packet, len, &answered), -EPROTO);
    }
}

/* Offsets: magic 0, type 4, outcome 8, delegated 12, the text's length 16, text 20. */
static void what_cannot_have_been_encoded_is_refused(void **state)
{
    static const struct {
        size_t offset;
        unsigned char value;
    } cases[] = {{0, 'X'}, {4, 1}, {8, WIRE_SCOPE_OUTCOMES}, {12, 2}, {16, 255}, {21, 0}};
    struct wire_scope_answer answered;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        unsigned char packet[WIRE_SCOPE_MAX];
        size_t len = wire_scope_encode_answer(&answer, packet);
        packet[cases[i].offset] = cases[i].value;
        if (wire_scope_decode_answer(packet, len, &answered) != -EPROTO)
            fail_msg("byte %zu", cases[i].offset);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_encoded_is_decoded),
        cmocka_unit_test(the_longest_texts_fit),
        cmocka_unit_test(a_packet_that_is_cut_or_too_long_is_refused),
        cmocka_unit_test(what_cannot_have_been_encoded_is_refused),
    };
    return cmocka_run_group_tests_name("wire_scope", tests, NULL, NULL);
}
