#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cupel/cell.h"
#include "cupel/cleanup.h"
#include "cupel/loop.h"
#include "cupel/units.h"
#include "sandbox/open_files.h"
#include "sandbox/run_internal.h"
#include "sandbox/sample.h"

static struct cupel_policy policy_of(char **read_only)
{
    struct cupel_policy policy = {.name = NULL};

    policy.read_only = read_only;
    return policy;
}

static void a_path_is_mounted_once_and_none_that_the_cell_makes(void **state)
{
    char *first[] = {"/usr/lib", "/etc/passwd", "/opt/jdk", "/proc", "/tmp/x", NULL};
    char *second[] = {"/usr", "/usr", "/etc/java", "/optional", NULL};
    struct cupel_policy policies[] = {policy_of(first), policy_of(second)};
    struct cupel_policy *both[] = {&policies[0], &policies[1]};
    struct cupel_cell_mount *mounts = NULL;
    size_t count = 0;

    (void)state;
    assert_int_equal(cupel_cell_mounts(both, 2, 0, &mounts, &count), 0);
    assert_int_equal(count, 4);
    assert_string_equal(mounts[0].source, "/opt/jdk");
    assert_string_equal(mounts[1].source, "/usr");
    assert_string_equal(mounts[2].source, "/etc/java");
    assert_string_equal(mounts[3].source, "/optional");
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(mounts[i].destination, mounts[i].source);
        assert_false(mounts[i].writable);
        assert_true(mounts[i].optional);
    }
    free(mounts);
}

static void a_cell_that_cannot_be_started_is_an_error(void **state)
{
    struct cupel_cell *cell = NULL;
    struct cupel_error err = {0};

    (void)state;
    assert_int_equal(cupel_cell_start("/nonexistent/cupel-cell", NULL, &cell, &err), -ENOENT);
    assert_string_equal(err.text, "start /nonexistent/cupel-cell: No such file or directory");
    assert_null(cell);
}

static void a_cell_that_says_nothing_is_an_error(void **state)
{
    static const unsigned lanes[] = {0, CUPEL_CELL_LANES_MAX + 1};
    static const struct cupel_cell_alias aliases[] = {
        {"a", "b"}, {"/a/b", "c"}, {"/", "a"}, {"/..", "a"}, {"/a", "/b"}, {"/a", "../b"}};
    struct cupel_cell_options options = {.lanes = 1};
    struct cupel_cell *cell = NULL;
    struct cupel_error err = {0};

    (void)state;
    assert_int_equal(cupel_cell_start("/bin/true", NULL, &cell, &err), 0);
    for (size_t i = 0; i < 2; i++) {
        options.lanes = lanes[i];
        assert_int_equal(cupel_cell_set_up(cell, &options, &err), -EINVAL);
        assert_string_equal(err.text, "a cell has 1 to 64 lanes and at most 256 mounts");
    }
    options.lanes = 1;
    for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
        options.aliases = &aliases[i];
        options.alias_count = 1;
        assert_int_equal(cupel_cell_set_up(cell, &options, &err), -EINVAL);
        assert_non_null(strstr(err.text, "a name below / and a folder below /box"));
    }
    options.alias_count = CUPEL_CELL_ALIASES_MAX + 1;
    assert_int_equal(cupel_cell_set_up(cell, &options, &err), -EINVAL);
    assert_string_equal(err.text, "a cell has at most 8 aliases");
    options.alias_count = 0;
    options.exec_path = "/nonexistent/exec";
    assert_int_equal(cupel_cell_set_up(cell, &options, &err), -ENOENT);
    assert_string_equal(err.text, "open /nonexistent/exec: No such file or directory");
    options.exec_path = NULL;
    options.lanes = 2;
    int r = cupel_cell_set_up(cell, &options, &err);
    if (r == 0) /* it may have ended already, or not yet */
        r = cupel_cell_wait(cell, &err);
    assert_int_equal(r, -EPIPE);
    cupel_cell_free(cell);
}

/* Two sources that are ready at the same time; the first to be called removes the other. */
struct rivals {
    struct cupel_loop *loop;
    struct cupel_source sources[2];
    int calls;
};

static void remove_other(struct cupel_source *source, uint32_t events)
{
    struct rivals *rivals = source->owner;

    (void)events;
    rivals->calls++;
    cupel_loop_remove(rivals->loop, &rivals->sources[source == &rivals->sources[0] ? 1 : 0]);
    cupel_loop_remove(rivals->loop, source);
}

static void a_removed_source_is_not_called(void **state)
{
    struct rivals rivals = {.calls = 0};
    struct cupel_error err = {0};
    int pipes[2][2];

    (void)state;
    assert_int_equal(cupel_loop_new(&rivals.loop, &err), 0);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pipe(pipes[i]), 0);
        assert_int_equal(write(pipes[i][1], "x", 1), 1);
        rivals.sources[i] = (struct cupel_source){pipes[i][0], remove_other, &rivals};
        assert_int_equal(cupel_loop_add(rivals.loop, &rivals.sources[i], EPOLLIN, &err), 0);
    }
    assert_int_equal(cupel_loop_once(rivals.loop, 0, &err), 0);
    assert_int_equal(rivals.calls, 1);
    assert_int_equal(cupel_loop_once(rivals.loop, 0, &err), 0);
    assert_int_equal(rivals.calls, 1);
    for (size_t i = 0; i < 2; i++) {
        (void)close(pipes[i][0]);
        (void)close(pipes[i][1]);
    }
    cupel_loop_free(rivals.loop);
}

static void write_text(int folder_fd, const char *path, const char *text)
{
    CUPEL_AUTO_FD fd = openat(folder_fd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

/* A folder stands for /proc. */
static void memory_is_found_behind_many_groups_and_in_swap(void **state)
{
    char folder[] = "/tmp/cupel-proc-XXXXXX";
    char status[20000] = "Groups:\t";
    struct sample sample = {0};
    struct sampler *sampler = NULL;
    struct cupel_error err = {0};

    (void)state;
    assert_non_null(mkdtemp(folder));
    CUPEL_AUTO_FD fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(mkdirat(fd, "2", 0700), 0);
    for (size_t i = 0; i < 1000; i++)
        memcpy(status + 8 + 11 * i, "1879048192 ", 11);
    (void)snprintf(status + 8 + 11000, 100, "%s",
                   "\nRssAnon:\t3 kB\nRssShmem:\t4 kB\nVmSwap:\t5 kB\n");
    write_text(fd, "2/status", status);
    write_text(fd, "2/stat", "2 (a) R 1 2 2 0 -1 4 5 6 7 8 9 10 11 12 20 0 1 0 9 0 0\n");
    assert_int_equal(
        sampler_new(&(struct sampler_sources){fd, -1, -1, -1, false, {{0, 0}}}, &sampler, &err),
        0);
    int r = sampler_look(sampler, &sample, &err);
    sampler_free(sampler);
    (void)unlinkat(fd, "2/status", 0);
    (void)unlinkat(fd, "2/stat", 0);
    (void)unlinkat(fd, "2", AT_REMOVEDIR);
    (void)rmdir(folder);
    assert_int_equal(r, 0);
    assert_int_equal(sample.processes, 1);
    assert_int_equal(sample.memory_bytes, 12 * 1024 + 16384); /* and a stack in the kernel */
}

/* Before ABI 6 of Landlock a run can send init the signal that asks for the end. */
static void a_run_that_stops_itself_is_no_failure_of_the_platform(void **state)
{
    struct cupel_cell cell = {.network = CUPEL_NETWORK_NONE};
    struct cupel_policy policy = {.name = (char[]){"native"}};
    struct cupel_filter filter = {0};
    struct cupel_loop *loop = NULL;
    struct cupel_wire_exited exited = {
        .wait_status = SIGKILL, .command_ended = true, .stopped = true};
    struct cupel_outcome outcome;

    (void)state;
    assert_int_equal(cupel_loop_new(&loop, NULL), 0);
    struct cupel_run run = {
        .loop = loop,
        .cell = &cell,
        .request = {.policy = &policy,
                    .filter = &filter,
                    .limits = {.wall_ns = UINT64_MAX, .cpu_ns = UINT64_MAX, .processes = 9}}};
    run_describe(&run, &exited, &outcome);
    assert_int_equal(outcome.status, CUPEL_RUN_SIGNALED);
    assert_int_equal(outcome.signal, SIGKILL);
    run.breach = CUPEL_LIMIT_WALL_TIME; /* we asked */
    run_describe(&run, &exited, &outcome);
    assert_int_equal(outcome.status, CUPEL_RUN_LIMIT);
    assert_int_equal(outcome.signal, 0);
    run.breach = CUPEL_LIMIT_NONE;
    exited = (struct cupel_wire_exited){.wait_status = SIGKILL}; /* init was killed */
    run_describe(&run, &exited, &outcome);
    assert_int_equal(outcome.status, CUPEL_RUN_SANDBOX_ERROR);
    cupel_loop_free(loop);
}

static void open_files_come_after_all_other_evidence(void **state)
{
    struct cupel_cell cell = {.network = CUPEL_NETWORK_NONE};
    struct cupel_policy policy = {.name = (char[]){"native"}};
    struct cupel_filter filter = {0};
    struct run_denied denied = {.ran_out_of_files = true};
    struct cupel_outcome outcome;
    struct cupel_wire_exited exited = {.wait_status = W_EXITCODE(1, 0),
                                       .command_ended = true,
                                       .left = 9,
                                       .file_at_limit = true,
                                       .disk_full = true};

    (void)state;
    struct cupel_run run = {
        .cell = &cell,
        .denied = &denied,
        .breach = CUPEL_LIMIT_OUTPUT,
        .request = {.policy = &policy,
                    .filter = &filter,
                    .limits = {.wall_ns = UINT64_MAX, .cpu_ns = UINT64_MAX, .processes = 9}}};
    assert_int_equal(cupel_loop_new(&run.loop, NULL), 0);
    run_describe(&run, &exited, &outcome);
    assert_int_equal(outcome.limit, CUPEL_LIMIT_PROCESSES);
    exited.left = 0;
    run_describe(&run, &exited, &outcome);
    assert_int_equal(outcome.limit, CUPEL_LIMIT_OUTPUT);
    run.breach = CUPEL_LIMIT_NONE;
    run_describe(&run, &exited, &outcome);
    assert_int_equal(outcome.limit, CUPEL_LIMIT_FILE_SIZE);
    exited.file_at_limit = false;
    run_describe(&run, &exited, &outcome);
    assert_int_equal(outcome.limit, CUPEL_LIMIT_DISK);
    exited.disk_full = false;
    run_describe(&run, &exited, &outcome);
    assert_int_equal(outcome.limit, CUPEL_LIMIT_OPEN_FILES);
    assert_int_equal(outcome.status, CUPEL_RUN_LIMIT);
    denied.ran_out_of_files = false;
    run_describe(&run, &exited, &outcome);
    assert_int_equal(outcome.limit, CUPEL_LIMIT_NONE);
    denied.ran_out_of_files = true;
    exited.wait_status = 0; /* who ends well has dealt with it */
    run_describe(&run, &exited, &outcome);
    assert_int_equal(outcome.limit, CUPEL_LIMIT_NONE);
    exited.wait_status = SIGSEGV;
    run_describe(&run, &exited, &outcome);
    assert_int_equal(outcome.limit, CUPEL_LIMIT_NONE);
    assert_int_equal(outcome.signal, SIGSEGV);
    cupel_loop_free(run.loop);
}

static void a_table_tells_where_it_grows_at_the_limit_for_nothing_else(void **state)
{
    (void)state;
    for (uint64_t limit = 0; limit < 256; limit++)
        assert_false(open_files_table_tells(limit)); /* 64 and 128: bash */
    for (uint64_t limit = 256; limit <= 65536; limit++)
        assert_int_equal(open_files_table_tells(limit), __builtin_popcountll(limit) == 1);
}

/* What limit_s of wall time make of a command that exits when it has run for ran_s, of which
 * the supervisor was told after the breach (or before any), having been away for the rest. */
static void expect_wall(uint64_t ran_s, bool is_late, uint64_t away_s,
                        enum cupel_run_status status)
{
    struct cupel_cell cell = {.network = CUPEL_NETWORK_NONE};
    struct cupel_policy policy = {.name = (char[]){"native"}};
    struct cupel_filter filter = {0};
    struct cupel_loop *loop = NULL;
    struct cupel_wire_exited exited = {.command_ended = true,
                                       .wall_ns = ran_s * CUPEL_NS_PER_S};
    struct cupel_outcome outcome;

    assert_int_equal(cupel_loop_new(&loop, NULL), 0);
    struct cupel_run run = {
        .loop = loop,
        .cell = &cell,
        .started_ns = 1,
        .breach = is_late ? CUPEL_LIMIT_WALL_TIME : CUPEL_LIMIT_NONE,
        .breach_ns = is_late ? 5 * CUPEL_NS_PER_S : 0,
        .away_before_ns = 0 - away_s * CUPEL_NS_PER_S,
        .request = {
            .policy = &policy,
            .filter = &filter,
            .limits = {.wall_ns = 5 * CUPEL_NS_PER_S, .cpu_ns = UINT64_MAX, .processes = 9}}};
    run_describe(&run, &exited, &outcome);
    assert_int_equal(outcome.status, status);
    cupel_loop_free(loop);
}

static void a_wall_limit_counts_if_all_others_were_at_work(void **state)
{
    (void)state;
    expect_wall(1, false, 0, CUPEL_RUN_EXITED);
    expect_wall(6, false, 0, CUPEL_RUN_LIMIT);
    expect_wall(1, true, 0, CUPEL_RUN_EXITED); /* its cell had been stopped */
    expect_wall(6, true, 0, CUPEL_RUN_LIMIT);
    expect_wall(1, false, 3, CUPEL_RUN_EXITED);
    expect_wall(6, false, 3, CUPEL_RUN_SANDBOX_ERROR); /* it may have waited for us */
    expect_wall(9, false, 3, CUPEL_RUN_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_found_behind_many_groups_and_in_swap),
        cmocka_unit_test(a_run_that_stops_itself_is_no_failure_of_the_platform),
        cmocka_unit_test(open_files_come_after_all_other_evidence),
        cmocka_unit_test(a_table_tells_where_it_grows_at_the_limit_for_nothing_else),
        cmocka_unit_test(a_wall_limit_counts_if_all_others_were_at_work),
        cmocka_unit_test(a_path_is_mounted_once_and_none_that_the_cell_makes),
        cmocka_unit_test(a_cell_that_cannot_be_started_is_an_error),
        cmocka_unit_test(a_cell_that_says_nothing_is_an_error),
        cmocka_unit_test(a_removed_source_is_not_called),
    };
    return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
