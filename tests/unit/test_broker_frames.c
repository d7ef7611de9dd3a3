#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cupel/broker.h"

#define EACH_TYPE(type)                                                                        \
    for (enum cupel_broker_type type = CUPEL_BROKER_PUT; type <= CUPEL_BROKER_REFUSED; type++)

#define EACH_STATE(state)                                                                      \
    for (enum cupel_broker_state state = CUPEL_BROKER_ASKING; state <= CUPEL_BROKER_ENDED;     \
         state++)

static const char *argv[] = {"./prog", "", "two words", NULL};
static const char *environment[] = {"SEED=1", NULL};

/* A frame of each kind, encoded into buf; returns its length. */
static size_t encode(enum cupel_broker_type type, void *buf, size_t size)
{
    struct cupel_broker_put put = {"data/in.txt", true, "abc", 3};
    struct cupel_broker_call call = {"sub", true, argv, environment};
    struct cupel_broker_output output = {1, "err", 3};
    struct cupel_broker_file file = {2, -ENOENT, NULL, 0};
    struct cupel_broker_exited exited = {139, "killed by SIGSEGV"};
    int len = -1;

    switch (type) {
    case CUPEL_BROKER_PUT:
        len = cupel_broker_encode_put(&put, buf, size);
        break;
    case CUPEL_BROKER_CALL:
        len = cupel_broker_encode_call(&call, buf, size);
        break;
    case CUPEL_BROKER_GET:
    case CUPEL_BROKER_REFUSED:
        len = cupel_broker_encode_text(type, "a text", buf, size);
        break;
    case CUPEL_BROKER_INPUT:
    case CUPEL_BROKER_MORE:
    case CUPEL_BROKER_REPORT:
        len = cupel_broker_encode_bytes(type, "{\0}", 3, buf, size);
        break;
    case CUPEL_BROKER_INPUT_END:
        len = cupel_broker_encode_bytes(type, NULL, 0, buf, size);
        break;
    case CUPEL_BROKER_OUTPUT:
        len = cupel_broker_encode_output(&output, buf, size);
        break;
    case CUPEL_BROKER_FILE:
        len = cupel_broker_encode_file(&file, buf, size);
        break;
    case CUPEL_BROKER_EXITED:
        len = cupel_broker_encode_exited(&exited, buf, size);
        break;
    }
    assert_true(len > 0);
    return (size_t)len;
}

static int decode_as(enum cupel_broker_type type, const void *buf, size_t len)
{
    struct cupel_broker_put put;
    struct cupel_broker_call call = {0};
    struct cupel_broker_output output;
    struct cupel_broker_file file;
    struct cupel_broker_exited exited;
    const char *text;
    const void *bytes;
    size_t count;
    int r = -1;

    switch (type) {
    case CUPEL_BROKER_PUT:
        return cupel_broker_decode_put(buf, len, &put);
    case CUPEL_BROKER_CALL:
        r = cupel_broker_decode_call(buf, len, &call);
        cupel_broker_call_clear(&call);
        return r;
    case CUPEL_BROKER_GET:
    case CUPEL_BROKER_REFUSED:
        return cupel_broker_decode_text(type, buf, len, &text);
    case CUPEL_BROKER_INPUT:
    case CUPEL_BROKER_INPUT_END:
    case CUPEL_BROKER_MORE:
    case CUPEL_BROKER_REPORT:
        return cupel_broker_decode_bytes(type, buf, len, &bytes, &count);
    case CUPEL_BROKER_OUTPUT:
        return cupel_broker_decode_output(buf, len, &output);
    case CUPEL_BROKER_FILE:
        return cupel_broker_decode_file(buf, len, &file);
    case CUPEL_BROKER_EXITED:
        return cupel_broker_decode_exited(buf, len, &exited);
    }
    return r;
}

static void put_arrives_as_it_was_sent(void **state)
{
    unsigned char buf[256];
    struct cupel_broker_put put;

    (void)state;
    size_t len = encode(CUPEL_BROKER_PUT, buf, sizeof(buf));
    assert_int_equal(cupel_broker_decode_put(buf, len, &put), 0);
    assert_string_equal(put.path, "data/in.txt");
    assert_true(put.executable);
    assert_int_equal(put.len, 3);
    assert_memory_equal(put.bytes, "abc", 3);
}

static void call_arrives_as_it_was_sent(void **state)
{
    unsigned char buf[256];
    struct cupel_broker_call call;

    (void)state;
    size_t len = encode(CUPEL_BROKER_CALL, buf, sizeof(buf));
    assert_int_equal(cupel_broker_decode_call(buf, len, &call), 0);
    assert_string_equal(call.chdir, "sub");
    assert_true(call.wants_report);
    assert_string_equal(call.argv[0], "./prog");
    assert_string_equal(call.argv[1], "");
    assert_string_equal(call.argv[2], "two words");
    assert_null(call.argv[3]);
    assert_string_equal(call.environment[0], "SEED=1");
    assert_null(call.environment[1]);
    cupel_broker_call_clear(&call);
}

static void answers_arrive_as_they_were_sent(void **state)
{
    unsigned char buf[256];
    struct cupel_broker_output output;
    struct cupel_broker_file file;
    struct cupel_broker_exited exited;
    const char *text;

    (void)state;
    size_t len = encode(CUPEL_BROKER_OUTPUT, buf, sizeof(buf));
    assert_int_equal(cupel_broker_decode_output(buf, len, &output), 0);
    assert_int_equal(output.stream, 1);
    assert_memory_equal(output.bytes, "err", output.len);
    len = encode(CUPEL_BROKER_FILE, buf, sizeof(buf));
    assert_int_equal(cupel_broker_decode_file(buf, len, &file), 0);
    assert_int_equal(file.index, 2);
    assert_int_equal(file.code, -ENOENT);
    assert_int_equal(file.len, 0);
    len = encode(CUPEL_BROKER_EXITED, buf, sizeof(buf));
    assert_int_equal(cupel_broker_decode_exited(buf, len, &exited), 0);
    assert_int_equal(exited.status, 139);
    assert_string_equal(exited.message, "killed by SIGSEGV");
    len = encode(CUPEL_BROKER_REFUSED, buf, sizeof(buf));
    assert_int_equal(cupel_broker_decode_text(CUPEL_BROKER_REFUSED, buf, len, &text), 0);
    assert_string_equal(text, "a text");
}

static void bytes_may_hold_anything(void **state)
{
    unsigned char buf[256];
    const void *bytes;
    size_t count;

    (void)state;
    size_t len = encode(CUPEL_BROKER_INPUT, buf, sizeof(buf));
    assert_int_equal(cupel_broker_decode_bytes(CUPEL_BROKER_INPUT, buf, len, &bytes, &count),
                     0);
    assert_int_equal(count, 3);
    assert_memory_equal(bytes, "{\0}", 3);
}

static void a_frame_is_of_one_type_only(void **state)
{
    unsigned char buf[256];

    (void)state;
    EACH_TYPE(type)
    {
        size_t len = encode(type, buf, sizeof(buf));
        EACH_TYPE(other)
        {
            if (decode_as(other, buf, len) != (other == type ? 0 : -EPROTO))
                fail_msg("type %d as type %d", type, other);
        }
    }
}

static void every_truncated_or_longer_frame_is_refused(void **state)
{
    unsigned char buf[256];

    (void)state;
    EACH_TYPE(type)
    {
        size_t len = encode(type, buf, sizeof(buf) - 1);
        for (size_t cut = 0; cut < len; cut++) {
            if (decode_as(type, buf, cut) != -EPROTO)
                fail_msg("type %d cut to %zu bytes", type, cut);
        }
        buf[len] = 0;
        if (decode_as(type, buf, len + 1) != -EPROTO)
            fail_msg("type %d with a byte behind it", type);
    }
}

static void a_frame_that_does_not_fit_is_not_encoded(void **state)
{
    unsigned char buf[256];
    struct cupel_broker_call call = {"", false, argv, environment};

    (void)state;
    size_t len = encode(CUPEL_BROKER_PUT, buf, sizeof(buf));
    struct cupel_broker_put put = {"data/in.txt", true, "abc", 3};
    assert_int_equal(cupel_broker_encode_put(&put, buf, len - 1), -E2BIG);
    assert_int_equal(cupel_broker_encode_call(&call, buf, 20), -E2BIG);
}

static void chunks_texts_and_numbers_are_bounded(void **state)
{
    unsigned char *buf = malloc(CUPEL_BROKER_MAX);
    char *bytes = calloc(1, CUPEL_BROKER_CHUNK + 2);

    (void)state;
    assert_non_null(buf);
    assert_non_null(bytes);
    int len = cupel_broker_encode_bytes(CUPEL_BROKER_INPUT, bytes, CUPEL_BROKER_CHUNK, buf,
                                        CUPEL_BROKER_MAX);
    assert_int_equal(decode_as(CUPEL_BROKER_INPUT, buf, (size_t)len), 0);
    len = cupel_broker_encode_bytes(CUPEL_BROKER_INPUT, bytes, CUPEL_BROKER_CHUNK + 1, buf,
                                    CUPEL_BROKER_MAX);
    assert_int_equal(decode_as(CUPEL_BROKER_INPUT, buf, (size_t)len), -EPROTO);
    len = cupel_broker_encode_bytes(CUPEL_BROKER_INPUT_END, "x", 1, buf, CUPEL_BROKER_MAX);
    assert_int_equal(decode_as(CUPEL_BROKER_INPUT_END, buf, (size_t)len), -EPROTO);

    memset(bytes, 'x', CUPEL_BROKER_TEXT_MAX + 1);
    len = cupel_broker_encode_text(CUPEL_BROKER_REFUSED, bytes, buf, CUPEL_BROKER_MAX);
    assert_int_equal(decode_as(CUPEL_BROKER_REFUSED, buf, (size_t)len), -EPROTO);
    len = cupel_broker_encode_exited(&(struct cupel_broker_exited){256, ""}, buf, 256);
    assert_int_equal(decode_as(CUPEL_BROKER_EXITED, buf, (size_t)len), -EPROTO);
    len = cupel_broker_encode_output(&(struct cupel_broker_output){2, "", 0}, buf, 256);
    assert_int_equal(decode_as(CUPEL_BROKER_OUTPUT, buf, (size_t)len), -EPROTO);
    len = cupel_broker_encode_file(&(struct cupel_broker_file){CUPEL_BROKER_GETS, 0, NULL, 0},
                                   buf, 256);
    assert_int_equal(decode_as(CUPEL_BROKER_FILE, buf, (size_t)len), -EPROTO);
    len = cupel_broker_encode_file(&(struct cupel_broker_file){0, 1, NULL, 0}, buf, 256);
    assert_int_equal(decode_as(CUPEL_BROKER_FILE, buf, (size_t)len), -EPROTO);
    free(buf);
    free(bytes);
}

static void a_call_needs_a_command(void **state)
{
    static const char *none[] = {NULL};
    unsigned char buf[256];
    struct cupel_broker_call call = {"", false, none, none};

    (void)state;
    int len = cupel_broker_encode_call(&call, buf, sizeof(buf));
    assert_int_equal(decode_as(CUPEL_BROKER_CALL, buf, (size_t)len), -EPROTO);
}

/* Who receives what, in which order: rows are states, columns types, as in their enums. */
static void only_what_the_table_names_is_permitted(void **state)
{
    /* a digit: the next state */
    static const char *const rows[] = {
        /* PUT GET CALL INPUT INPUT_END MORE OUTPUT FILE REPORT EXITED REFUSED */
        "102........", /* ASKING */
        "102..1.....", /* PUTTING */
        "...23......", /* FEEDING */
        "...........", /* FED */
        "......45677", /* ANSWERING */
        ".....5.5677", /* GIVING */
        ".....6...77", /* REPORTING */
        "...........", /* ENDED */
    };

    (void)state;
    EACH_STATE(from)
    {
        EACH_TYPE(type)
        {
            enum cupel_broker_state next = CUPEL_BROKER_ENDED;
            char expected = rows[from][type - CUPEL_BROKER_PUT];
            int r = cupel_broker_next(from, type, &next);
            char found = r == 0 ? (char)('0' + next) : '.';
            if (found != expected)
                fail_msg("state %d, type %d: %c, not %c", from, type, found, expected);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(put_arrives_as_it_was_sent),
        cmocka_unit_test(call_arrives_as_it_was_sent),
        cmocka_unit_test(answers_arrive_as_they_were_sent),
        cmocka_unit_test(bytes_may_hold_anything),
        cmocka_unit_test(a_frame_is_of_one_type_only),
        cmocka_unit_test(every_truncated_or_longer_frame_is_refused),
        cmocka_unit_test(a_frame_that_does_not_fit_is_not_encoded),
        cmocka_unit_test(chunks_texts_and_numbers_are_bounded),
        cmocka_unit_test(a_call_needs_a_command),
        cmocka_unit_test(only_what_the_table_names_is_permitted),
    };
    return cmocka_run_group_tests_name("broker_frames", tests, NULL, NULL);
}
