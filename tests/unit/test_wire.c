#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "cupel/cleanup.h"
#include "cupel/wire.h"
#include "wire/channel.h"

/* A frame of each kind, encoded into buf; returns its length. */
static size_t encode(enum cupel_wire_type type, void *buf, size_t size)
{
    static const char *argv[] = {"./prog", "", "two words", NULL};
    static const char *environment[] = {"PATH=/bin", NULL};
    static const uint64_t filter[3] = {1, 2, 3};
    struct cupel_wire_setup setup = {
        .lanes = 2,
        .has_unpack = true,
        .has_exec = true,
        .box_bytes = 1U << 20,
        .mounts = {{"/usr", "/usr", false, true}, {"/a b", "/box/x", true, false}},
        .mount_count = 2,
        .aliases = {{"/autograder", "grader/work"}},
        .alias_count = 1};
    static struct cupel_wire_file files[] = {{"/box/a", 1ULL << 33, true},
                                             {"/tmp/b", 0, false}};
    struct cupel_wire_run run = {.fresh_box = true,
                                 .has_cgroup = true,
                                 .has_broker = true,
                                 .keeps_files = true,
                                 .more = true,
                                 .disk_bytes = 5,
                                 .rlimits = {[15] = 9},
                                 .chdir = "/box",
                                 .argv = argv,
                                 .environment = environment,
                                 .rules = {{"/usr", CUPEL_WIRE_READ}, {"/", CUPEL_WIRE_LIST}},
                                 .rule_count = 2,
                                 .files = files,
                                 .file_count = 2,
                                 .filter = filter,
                                 .filter_count = 3,
                                 .notify_filter = filter + 1,
                                 .notify_filter_count = 2};
    struct cupel_wire_ready ready = {.landlock_abi = 7};
    struct cupel_wire_exited exited = {.wait_status = 0x8b,
                                       .exec_errno = 2,
                                       .user_ns = 3,
                                       .setup_ns = 4,
                                       .left = 5,
                                       .file_at_limit = true};
    struct cupel_wire_failed failed = {.code = -EPERM, .text = "mount /proc"};
    int len = -1;

    switch (type) {
    case CUPEL_WIRE_SETUP:
        len = cupel_wire_encode_setup(&setup, buf, size);
        break;
    case CUPEL_WIRE_RUN:
        len = cupel_wire_encode_run(&run, buf, size);
        break;
    case CUPEL_WIRE_READY:
        len = cupel_wire_encode_ready(&ready, buf, size);
        break;
    case CUPEL_WIRE_STARTED:
        len = cupel_wire_encode_started(buf, size);
        break;
    case CUPEL_WIRE_LISTENER:
        len = cupel_wire_encode_listener(buf, size);
        break;
    case CUPEL_WIRE_EXITED:
        len = cupel_wire_encode_exited(&exited, buf, size);
        break;
    case CUPEL_WIRE_FAILED:
        len = cupel_wire_encode_failed(&failed, buf, size);
        break;
    }
    assert_true(len > 0);
    return (size_t)len;
}

/* Decode as the type that the frame itself claims. */
static int decode(const void *buf, size_t len)
{
    enum cupel_wire_type type;
    struct cupel_wire_setup setup;
    struct cupel_wire_run run;
    struct cupel_wire_ready ready;
    struct cupel_wire_exited exited;
    struct cupel_wire_failed failed;
    int r = cupel_wire_type(buf, len, &type);

    if (r < 0)
        return r;
    switch (type) {
    case CUPEL_WIRE_SETUP:
        return cupel_wire_decode_setup(buf, len, &setup);
    case CUPEL_WIRE_RUN:
        r = cupel_wire_decode_run(buf, len, &run);
        if (r == 0)
            cupel_wire_run_clear(&run);
        return r;
    case CUPEL_WIRE_READY:
        return cupel_wire_decode_ready(buf, len, &ready);
    case CUPEL_WIRE_STARTED:
        return cupel_wire_decode_started(buf, len);
    case CUPEL_WIRE_LISTENER:
        return cupel_wire_decode_listener(buf, len);
    case CUPEL_WIRE_EXITED:
        return cupel_wire_decode_exited(buf, len, &exited);
    case CUPEL_WIRE_FAILED:
        return cupel_wire_decode_failed(buf, len, &failed);
    }
    return -EPROTO;
}

#define EACH_TYPE(type)                                                                        \
    for (enum cupel_wire_type type = CUPEL_WIRE_SETUP; type <= CUPEL_WIRE_FAILED; type++)

static void setup_arrives_as_it_was_sent(void **state)
{
    unsigned char buf[4096];
    struct cupel_wire_setup setup;
    size_t len = encode(CUPEL_WIRE_SETUP, buf, sizeof(buf));

    (void)state;
    assert_int_equal(cupel_wire_decode_setup(buf, len, &setup), 0);
    assert_int_equal(setup.lanes, 2);
    assert_true(setup.has_unpack);
    assert_true(setup.has_exec);
    assert_int_equal(setup.mount_count, 2);
    assert_string_equal(setup.mounts[1].source, "/a b");
    assert_string_equal(setup.mounts[1].destination, "/box/x");
    assert_true(setup.mounts[1].writable);
    assert_true(setup.mounts[0].optional);
    assert_int_equal(setup.alias_count, 1);
    assert_string_equal(setup.aliases[0].path, "/autograder");
    assert_string_equal(setup.aliases[0].folder, "grader/work");
}

static void run_arrives_as_it_was_sent(void **state)
{
    unsigned char buf[4096];
    struct cupel_wire_run run;
    size_t len = encode(CUPEL_WIRE_RUN, buf, sizeof(buf));

    (void)state;
    assert_int_equal(cupel_wire_decode_run(buf, len, &run), 0);
    assert_true(run.fresh_box);
    assert_true(run.has_cgroup);
    assert_false(run.has_report);
    assert_true(run.has_broker);
    assert_true(run.keeps_files);
    assert_true(run.more);
    assert_int_equal(run.file_count, 2);
    assert_string_equal(run.files[0].path, "/box/a");
    assert_true(run.files[0].len == 1ULL << 33);
    assert_true(run.files[0].executable);
    assert_string_equal(run.files[1].path, "/tmp/b");
    assert_false(run.files[1].executable);
    assert_int_equal(run.rlimits[15], 9);
    assert_string_equal(run.argv[1], "");
    assert_string_equal(run.argv[2], "two words");
    assert_null(run.argv[3]);
    assert_string_equal(run.environment[0], "PATH=/bin");
    assert_int_equal(run.rules[1].access, CUPEL_WIRE_LIST);
    assert_int_equal(run.filter_count, 3);
    assert_memory_equal((const unsigned char *)run.filter + 16, &(uint64_t){3}, 8);
    assert_int_equal(run.notify_filter_count, 2);
    assert_memory_equal(run.notify_filter, &(uint64_t){2}, 8);
    cupel_wire_run_clear(&run);
}

static void answers_arrive_as_they_were_sent(void **state)
{
    unsigned char buf[512];
    struct cupel_wire_ready ready;
    struct cupel_wire_exited exited;
    struct cupel_wire_failed failed;

    (void)state;
    size_t len = encode(CUPEL_WIRE_READY, buf, sizeof(buf));
    assert_int_equal(cupel_wire_decode_ready(buf, len, &ready), 0);
    assert_int_equal(ready.landlock_abi, 7);
    len = encode(CUPEL_WIRE_EXITED, buf, sizeof(buf));
    assert_int_equal(cupel_wire_decode_exited(buf, len, &exited), 0);
    assert_int_equal(exited.wait_status, 0x8b);
    assert_int_equal(exited.exec_errno, 2);
    assert_int_equal(exited.user_ns, 3);
    assert_int_equal(exited.setup_ns, 4);
    assert_true(exited.file_at_limit);
    assert_int_equal(exited.left, 5);
    len = encode(CUPEL_WIRE_FAILED, buf, sizeof(buf));
    assert_int_equal(cupel_wire_decode_failed(buf, len, &failed), 0);
    assert_int_equal(failed.code, -EPERM);
    assert_string_equal(failed.text, "mount /proc");
}

static void a_frame_cut_anywhere_is_refused(void **state)
{
    unsigned char buf[4096];

    (void)state;
    EACH_TYPE(type)
    {
        size_t len = encode(type, buf, sizeof(buf));
        assert_int_equal(decode(buf, len), 0);
        for (size_t cut = 0; cut < len; cut++) {
            /* A copy of the exact size lets the sanitizer see every read past its end. */
            unsigned char *copy = malloc(cut > 0 ? cut : 1);
            assert_non_null(copy);
            memcpy(copy, buf, cut);
            assert_int_equal(decode(copy, cut), -EPROTO);
            free(copy);
        }
    }
}

static void trailing_bytes_are_refused(void **state)
{
    unsigned char buf[4096] = {0};

    (void)state;
    EACH_TYPE(type)
    {
        size_t len = encode(type, buf, sizeof(buf));
        assert_int_equal(decode(buf, len + 1), -EPROTO);
    }
}

static void a_changed_byte_never_harms(void **state)
{
    unsigned char buf[4096];

    (void)state;
    EACH_TYPE(type)
    {
        size_t len = encode(type, buf, sizeof(buf));
        for (size_t i = 0; i < len; i++) {
            unsigned char kept = buf[i];
            for (unsigned value = 0; value < 256; value += 51) {
                buf[i] = (unsigned char)value;
                int r = decode(buf, len);
                assert_true(r == 0 || r == -EPROTO);
            }
            buf[i] = kept;
        }
    }
}

static void what_does_not_fit_is_refused(void **state)
{
    unsigned char *buf = malloc(CUPEL_WIRE_MAX);
    char *longest = malloc(CUPEL_WIRE_MAX);
    const char *argv[] = {longest, NULL};
    struct cupel_wire_run run = {.chdir = "/",
                                 .argv = argv,
                                 .environment = argv + 1,
                                 .filter = "12345678",
                                 .filter_count = 1};

    (void)state;
    assert_non_null(buf);
    assert_non_null(longest);
    memset(longest, 'x', CUPEL_WIRE_MAX - 1);
    longest[CUPEL_WIRE_MAX - 1] = '\0';
    assert_int_equal(cupel_wire_encode_run(&run, buf, CUPEL_WIRE_MAX), -E2BIG);
    longest[100] = '\0';
    assert_true(cupel_wire_encode_run(&run, buf, CUPEL_WIRE_MAX) > 0);
    assert_int_equal(cupel_wire_encode_run(&run, buf, 100), -E2BIG);
    free(buf);
    free(longest);
}

static void bounds_of_fields_are_checked(void **state)
{
    static const char *no_argument[] = {NULL};
    static unsigned char buf[CUPEL_WIRE_MAX];
    struct cupel_wire_run run = {.chdir = "/",
                                 .argv = no_argument,
                                 .environment = no_argument,
                                 .filter = "12345678",
                                 .filter_count = 1};
    struct cupel_wire_run no_filter = {.chdir = "/",
                                       .argv = (const char *[]){"./prog", NULL},
                                       .environment = no_argument,
                                       .notify_filter = "12345678",
                                       .notify_filter_count = 1};
    struct cupel_wire_file *many = calloc(CUPEL_WIRE_FILES + 1, sizeof(*many));
    struct cupel_wire_run files = {.chdir = "/",
                                   .argv = (const char *[]){"./prog", NULL},
                                   .environment = no_argument,
                                   .files = many,
                                   .filter = "12345678",
                                   .filter_count = 1};
    struct cupel_wire_failed failed = {.code = 1, .text = "a success is no failure"};
    struct cupel_wire_exited exited = {.exec_errno = 5000};

    (void)state;
    int len = cupel_wire_encode_run(&run, buf, sizeof(buf));
    assert_int_equal(decode(buf, (size_t)len), -EPROTO); /* no command */
    len = cupel_wire_encode_run(&no_filter, buf, sizeof(buf));
    assert_int_equal(decode(buf, (size_t)len), -EPROTO); /* calls would go unfiltered */
    assert_non_null(many);
    for (size_t i = 0; i <= CUPEL_WIRE_FILES; i++)
        many[i].path = "/box/x";
    for (files.file_count = CUPEL_WIRE_FILES; files.file_count <= CUPEL_WIRE_FILES + 1;
         files.file_count++) {
        len = cupel_wire_encode_run(&files, buf, sizeof(buf));
        assert_int_equal(decode(buf, (size_t)len),
                         files.file_count <= CUPEL_WIRE_FILES ? 0 : -EPROTO);
    }
    free(many);
    len = cupel_wire_encode_failed(&failed, buf, sizeof(buf));
    assert_int_equal(decode(buf, (size_t)len), -EPROTO);
    len = cupel_wire_encode_exited(&exited, buf, sizeof(buf));
    assert_int_equal(decode(buf, (size_t)len), -EPROTO);
}

static void only_the_table_s_frames_are_permitted(void **state)
{
    /* Row: state; column: type. 0: not permitted, else the next state plus one. */
    static const unsigned next[][8] = {
        [CUPEL_WIRE_NEW] = {[CUPEL_WIRE_SETUP] = CUPEL_WIRE_WAITING + 1},
        [CUPEL_WIRE_WAITING] = {[CUPEL_WIRE_READY] = CUPEL_WIRE_IDLE + 1,
                                [CUPEL_WIRE_FAILED] = CUPEL_WIRE_BROKEN + 1},
        [CUPEL_WIRE_IDLE] = {[CUPEL_WIRE_RUN] = CUPEL_WIRE_ASKED + 1},
        [CUPEL_WIRE_ASKED] = {[CUPEL_WIRE_STARTED] = CUPEL_WIRE_RUNNING + 1,
                              [CUPEL_WIRE_FAILED] = CUPEL_WIRE_IDLE + 1},
        [CUPEL_WIRE_RUNNING] = {[CUPEL_WIRE_LISTENER] = CUPEL_WIRE_LISTENING + 1,
                                [CUPEL_WIRE_EXITED] = CUPEL_WIRE_IDLE + 1,
                                [CUPEL_WIRE_FAILED] = CUPEL_WIRE_IDLE + 1},
        [CUPEL_WIRE_LISTENING] = {[CUPEL_WIRE_EXITED] = CUPEL_WIRE_IDLE + 1,
                                  [CUPEL_WIRE_FAILED] = CUPEL_WIRE_IDLE + 1},
        [CUPEL_WIRE_BROKEN] = {0},
    };
    static const struct {
        size_t min;
        size_t max;
    } fds[] = {{0, 0}, {0, 80}, {3, 6}, {1, 1}, {6, 8}, {1, 1}, {0, 0}, {0, 0}};

    (void)state;
    for (enum cupel_wire_state from = CUPEL_WIRE_NEW; from <= CUPEL_WIRE_BROKEN; from++) {
        EACH_TYPE(type)
        {
            for (size_t count = 0; count <= CUPEL_WIRE_FDS_MAX; count++) {
                enum cupel_wire_state to = CUPEL_WIRE_BROKEN;
                bool permitted =
                    next[from][type] != 0 && count >= fds[type].min && count <= fds[type].max;
                int r = cupel_wire_next(from, type, count, &to);
                assert_int_equal(r, permitted ? 0 : -EPROTO);
                if (r == 0)
                    assert_int_equal(to + 1, next[from][type]);
            }
        }
    }
}

struct channel {
    int ends[2];
    struct wire_frame frame;
};

static int open_channel(void **state)
{
    struct channel *channel = calloc(1, sizeof(*channel));

    if (channel == NULL ||
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel->ends) < 0)
        return -1;
    *state = channel;
    return 0;
}

static int close_channel(void **state)
{
    struct channel *channel = *state;

    cupel_close_p(&channel->ends[0]);
    cupel_close_p(&channel->ends[1]);
    free(channel);
    return 0;
}

static void descriptors_travel_with_their_frame(void **state)
{
    struct channel *channel = *state;
    unsigned char buf[64];
    size_t len = encode(CUPEL_WIRE_STARTED, buf, sizeof(buf));

    assert_int_equal(wire_send(channel->ends[0], buf, len, (const int[]){0, 1, 2}, 3), 0);
    assert_int_equal(wire_receive(channel->ends[1], &channel->frame), 1);
    assert_int_equal(channel->frame.type, CUPEL_WIRE_STARTED);
    assert_int_equal(channel->frame.fd_count, 3);
    assert_true(channel->frame.fds[0] > 2);
    wire_frame_close(&channel->frame);
}

static void rubbish_is_refused_and_leaks_no_descriptor(void **state)
{
    struct channel *channel = *state;
    int before = dup(0);
    static unsigned char large[CUPEL_WIRE_MAX + 1];

    (void)close(before);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(wire_send(channel->ends[0], "rubbish", 7, (const int[]){0, 1}, 2), 0);
        assert_int_equal(wire_receive(channel->ends[1], &channel->frame), -EPROTO);
        assert_int_equal(wire_send(channel->ends[0], large, sizeof(large), NULL, 0), 0);
        assert_int_equal(wire_receive(channel->ends[1], &channel->frame), -EPROTO);
    }
    int after = dup(0);
    (void)close(after);
    assert_int_equal(before, after);
}

static void descriptors_that_find_no_room_are_no_breach_of_the_protocol(void **state)
{
    struct channel *channel = *state;
    unsigned char buf[64];
    size_t len = encode(CUPEL_WIRE_STARTED, buf, sizeof(buf));
    int next = dup(0);
    struct rlimit before;

    (void)close(next);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    struct rlimit narrow = {(rlim_t)next + 1, before.rlim_max};
    assert_int_equal(wire_send(channel->ends[0], buf, len, (const int[]){0, 1}, 2), 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &narrow), 0);
    int r = wire_receive(channel->ends[1], &channel->frame);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(r, -EMFILE);
    int after = dup(0);
    (void)close(after);
    assert_int_equal(after, next);
}

static void the_end_of_the_channel_is_told(void **state)
{
    struct channel *channel = *state;

    (void)close(channel->ends[0]);
    channel->ends[0] = -1;
    assert_int_equal(wire_receive(channel->ends[1], &channel->frame), 0);
    assert_int_equal(wire_send(channel->ends[1], "x", 1, NULL, 0), -EPIPE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setup_arrives_as_it_was_sent),
        cmocka_unit_test(run_arrives_as_it_was_sent),
        cmocka_unit_test(answers_arrive_as_they_were_sent),
        cmocka_unit_test(a_frame_cut_anywhere_is_refused),
        cmocka_unit_test(trailing_bytes_are_refused),
        cmocka_unit_test(a_changed_byte_never_harms),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(bounds_of_fields_are_checked),
        cmocka_unit_test(only_the_table_s_frames_are_permitted),
        cmocka_unit_test_setup_teardown(descriptors_travel_with_their_frame, open_channel,
                                        close_channel),
        cmocka_unit_test_setup_teardown(rubbish_is_refused_and_leaks_no_descriptor,
                                        open_channel, close_channel),
        cmocka_unit_test_setup_teardown(
            descriptors_that_find_no_room_are_no_breach_of_the_protocol, open_channel,
            close_channel),
        cmocka_unit_test_setup_teardown(the_end_of_the_channel_is_told, open_channel,
                                        close_channel),
    };
    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
