/*
 * Claims about what runs of judges need, each proved by runs in one cell under policy judge.
 *
 *   judging CELL POLICIES CALL_BROKER [copy] [ahead] [cgroup=PATH]
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cupel/cleanup.h"
#include "cupel/run.h"

#define OUTPUT_MAX (12U << 20)
#define MIB        (1U << 20)

struct world {
    struct cupel_cgroup *cgroup;
    struct cupel_cell *cell;
    struct cupel_policy *policy;
    struct cupel_filter filter;
};

/* What done() shall find. */
struct expected {
    const char *path;
    size_t max;
    int code;
    const char *text;
};

struct job {
    struct world *world;
    struct cupel_run_request request;
    const struct expected *expected;
    char *output;
    size_t output_len;
    struct cupel_outcome outcome;
    bool done;
    size_t to_feed; /* bytes that fed() shall hand over yet */
    size_t fed_calls;
    int fed_code;
    int listener_fd;
};

static const char *cell_path;
static const char *policies_path;
static const char *exec_path;
static bool copies;
static bool ahead;              /* each run makes its place for the next */
static const char *cgroup_path; /* or NULL: no cgroup */

static void on_output(void *owner, enum cupel_stream stream, const void *bytes, size_t len)
{
    struct job *job = owner;

    (void)stream;
    assert_true(job->output_len + len < OUTPUT_MAX);
    memcpy(job->output + job->output_len, bytes, len);
    job->output_len += len;
}

static void on_done(void *owner, struct cupel_run *run, const struct cupel_outcome *outcome)
{
    struct job *job = owner;

    job->outcome = *outcome;
    job->done = true;
    for (const struct expected *e = job->expected; e != NULL && e->path != NULL; e++) {
        struct cupel_error err = {0};
        char *text = NULL;
        size_t len = 0;
        int r = cupel_run_read_file(run, e->path, e->max, &text, &len, &err);
        if (r != e->code)
            fail_msg("%s: %d (%s), not %d", e->path, r, err.text, e->code);
        if (r == 0) {
            assert_string_equal(text, e->text);
            assert_int_equal(len, strlen(e->text));
        }
        free(text);
    }
}

static void set_up_job(struct world *world, struct job *job, const char *script)
{
    static const char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
    static const char *argv[] = {"/bin/sh", "-c", NULL, NULL};

    argv[2] = script;
    *job = (struct job){.world = world, .output = malloc(OUTPUT_MAX), .listener_fd = -1};
    assert_non_null(job->output);
    job->request = (struct cupel_run_request){.argv = argv,
                                              .environment = environment,
                                              .policy = world->policy,
                                              .filter = &world->filter,
                                              .limits = world->policy->limits,
                                              .box = CUPEL_BOX_FRESH,
                                              .more = ahead,
                                              .output = on_output,
                                              .done = on_done,
                                              .owner = job};
    job->request.limits.stdout_bytes = OUTPUT_MAX;
    job->request.limits.stderr_bytes = OUTPUT_MAX;
}

static struct cupel_run *start_job(struct job *job, struct cupel_loop **ret_loop)
{
    struct cupel_error err = {0};
    struct cupel_run *run = NULL;

    if (cupel_loop_new(ret_loop, &err) < 0 ||
        cupel_run_start(*ret_loop, job->world->cell, 0, &job->request, &run, &err) < 0)
        fail_msg("%s", err.text);
    return run;
}

static void finish_job(struct job *job, struct cupel_loop *loop, struct cupel_run *run)
{
    struct cupel_error err = {0};

    while (!job->done)
        assert_int_equal(cupel_loop_once(loop, -1, &err), 0);
    cupel_run_free(run);
    cupel_loop_free(loop);
    job->output[job->output_len] = '\0';
    if (job->outcome.status != CUPEL_RUN_EXITED || job->outcome.exit_code != 0)
        fail_msg("ended with %d %d: %s %s", (int)job->outcome.status, job->outcome.exit_code,
                 job->outcome.error, job->output);
}

/* Run it, and compare its output. */
static void run_job(struct job *job, const char *output)
{
    struct cupel_loop *loop = NULL;
    struct cupel_run *run = start_job(job, &loop);

    finish_job(job, loop, run);
    assert_string_equal(job->output, output);
    free(job->output);
}

static void build(struct world *world, const char *script)
{
    struct job job;

    set_up_job(world, &job, script);
    job.request.box = CUPEL_BOX_DIRECT;
    run_job(&job, "");
}

static void feed_more(void *owner, struct cupel_run *run)
{
    static const char chunk[MIB];
    struct job *job = owner;
    size_t len = job->to_feed < sizeof(chunk) ? job->to_feed : sizeof(chunk);

    job->fed_calls++;
    job->to_feed -= len;
    job->fed_code = len > 0 ? cupel_run_feed(run, chunk, len) : 0;
    if (job->to_feed == 0)
        cupel_run_feed_end(run);
}

static void what_is_fed_is_read_up_to_its_end(void **state)
{
    struct job job;
    struct cupel_loop *loop = NULL;

    set_up_job(*state, &job, "cat");
    job.request.input.kind = CUPEL_INPUT_FED;
    job.request.fed = feed_more;
    job.to_feed = 10 * MIB;
    struct cupel_run *run = start_job(&job, &loop);
    feed_more(&job, run);
    finish_job(&job, loop, run);
    assert_int_equal(job.output_len, 10 * MIB);
    assert_int_equal(job.fed_calls, 10);
    assert_int_equal(job.fed_code, 0);
    free(job.output);
}

static void a_command_that_reads_no_more_is_fed_no_more(void **state)
{
    struct job job;
    struct cupel_loop *loop = NULL;

    set_up_job(*state, &job, "exec head -c 5 > /dev/null");
    job.request.input.kind = CUPEL_INPUT_FED;
    job.request.fed = feed_more;
    job.to_feed = 10 * MIB;
    struct cupel_run *run = start_job(&job, &loop);
    feed_more(&job, run);
    finish_job(&job, loop, run);
    assert_true(job.to_feed > 0);
    free(job.output);

    set_up_job(*state, &job, "exec <&-; sleep 0.2");
    job.request.input.kind = CUPEL_INPUT_FED;
    job.request.fed = feed_more;
    job.to_feed = 10 * MIB;
    run = start_job(&job, &loop);
    struct cupel_error err = {0};
    while (job.fed_code == 0 && !job.done) {
        if (job.fed_calls == 0)
            feed_more(&job, run);
        assert_int_equal(cupel_loop_once(loop, -1, &err), 0);
    }
    assert_int_equal(job.fed_code, -EPIPE);
    assert_false(job.done);
    finish_job(&job, loop, run);
    free(job.output);
}

static void only_fed_input_can_be_fed(void **state)
{
    struct job job;
    struct cupel_loop *loop = NULL;

    set_up_job(*state, &job, "cat");
    struct cupel_run *run = start_job(&job, &loop);
    assert_int_equal(cupel_run_feed(run, "x", 1), -EPIPE);
    finish_job(&job, loop, run);
    assert_int_equal(job.output_len, 0);
    free(job.output);
}

static void files_are_read_from_the_run_s_view(void **state)
{
    static const struct expected expected[] = {
        {"built", 10, 0, "before"},
        {"changed", 10, 0, "after"},
        {"removed", 10, -ENOENT, NULL},
        {"report", 7, 0, "passed\n"},
        {"report", 6, -EFBIG, NULL},
        {"hard", 100, 0, "passed\n"},
        {"empty", 0, 0, ""},
        {"folder/inner", 100, 0, "in\n"},
        {"folder", 100, -EINVAL, NULL},
        {"fifo", 100, -EINVAL, NULL},
        {"socket", 100, -EINVAL, NULL},
        {"link", 100, -ELOOP, NULL},
        {"dangling", 100, -ELOOP, NULL},
        {"folders/inner", 100, -ELOOP, NULL},
        {"root/etc/passwd", 100, -ELOOP, NULL},
        {"huge", 1U << 20, -EFBIG, NULL},
        {"absent", 100, -ENOENT, NULL},
        {"report/absent", 100, -ENOTDIR, NULL},
        {"../etc/passwd", 100, -EINVAL, NULL},
        {"/etc/passwd", 100, -EINVAL, NULL},
        {"", 100, -EINVAL, NULL},
        {NULL, 0, 0, NULL},
    };
    struct job job;

    build(*state, "printf before | tee built changed removed > /dev/null");
    set_up_job(*state, &job,
               "set -e; printf after > changed; rm removed; echo passed > report; : > empty;"
               "ln report hard; mkdir folder; echo in > folder/inner; mkfifo fifo;"
               "ln -s /etc/passwd link; ln -s nothing dangling; ln -s folder folders;"
               "ln -s / root; truncate -s 1T huge;"
               "perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => \"socket\", "
               "Listen => 1) or die'");
    job.request.limits.file_size_bytes = 2ULL << 40;
    job.request.keeps_files = true;
    job.expected = expected;
    run_job(&job, "");
}

static void a_device_is_not_read(void **state)
{
    static const struct expected expected[] = {{"device", 100, -EINVAL, NULL},
                                               {NULL, 0, 0, NULL}};
    struct job job;

    set_up_job(*state, &job, "mknod device c 0 0 2> /dev/null || mkdir device");
    job.request.keeps_files = true;
    job.expected = expected;
    run_job(&job, "");
}

static void nothing_is_read_unless_it_was_asked_for(void **state)
{
    static const struct expected expected[] = {{"report", 100, -EBADF, NULL},
                                               {NULL, 0, 0, NULL}};
    struct job job;

    set_up_job(*state, &job, ": > report");
    job.expected = expected;
    run_job(&job, "");
}

#define FILE_OF(path, text)                                                                    \
    {                                                                                          \
        path, text, sizeof(text) - 1, false                                                    \
    }

static void placed_files_come_before_what_a_build_left(void **state)
{
    static const struct cupel_run_file files[] = {
        FILE_OF("/box/plain", "1\n"),
        FILE_OF("/box/etc/passwd", "2\n"),
        FILE_OF("/box/up/x", "3\n"),
        FILE_OF("/box/link", "4\n"),
        FILE_OF("/box/dangling", "5\n"),
        FILE_OF("/box/folder", "6\n"),
        FILE_OF("/box/file/in/it", "7\n"),
        FILE_OF("/box/closed/x", "8\n"),
        FILE_OF("/box/new/a/b", "9\n"),
        FILE_OF("/tmp/cupel/input", "10\n"),
        FILE_OF("/box/hard", "11\n"),
        FILE_OF("/box/empty", ""),
        {"/box/tool", "#!/bin/sh\necho 12\n", 18, true},
    };
    struct job job;
    struct stat st;

    build(*state,
          "set -e; echo old > plain; ln -s /etc etc; ln -s ../../tmp up;"
          "ln -s plain link; ln -s /tmp/nothing dangling; echo old > other;"
          "ln other hard; mkdir -p folder/a/b folder/c; echo x > folder/a/b/x;"
          "ln -s / folder/root; echo x > file; mkdir closed; chmod 0 closed");
    set_up_job(*state, &job,
               "set -e; cat plain etc/passwd up/x link dangling folder file/in/it closed/x "
               "new/a/b /tmp/cupel/input hard empty; ./tool; cat other;"
               "test ! -L etc; test ! -L up; test ! -e /tmp/x; test ! -x plain;"
               "echo more >> plain; rm -r new");
    job.request.files = files;
    job.request.file_count = sizeof(files) / sizeof(files[0]);
    run_job(&job, "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\nold\n");

    /* The box itself is as it was. */
    int box_fd = cupel_cell_box_fd(((struct world *)*state)->cell);
    assert_int_equal(fstatat(box_fd, "etc", &st, AT_SYMLINK_NOFOLLOW), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(fstatat(box_fd, "new", &st, AT_SYMLINK_NOFOLLOW), -1);
    build(*state,
          "chmod 700 closed; rm -r plain etc up link dangling folder file closed hard "
          "other");
}

static void a_file_comes_before_a_deep_and_a_wide_folder(void **state)
{
    static const struct cupel_run_file files[] = {FILE_OF("/box/folder", "here\n")};
    struct job job;

    build(*state,
          "set -e; mkdir folder; cd folder; i=0; while [ $i -lt 2000 ]; do"
          " : > f$i; i=$((i + 1)); done; deep=d/d/d/d/d/d/d/d/d/d; for i in 1 2 3; do"
          " deep=$deep/$deep; done; mkdir -p $deep $deep/$deep");
    set_up_job(*state, &job, "cat folder; for i in 1 2 3 4; do : > f$i; done");
    job.request.files = files;
    job.request.file_count = 1;
    job.request.limits.inodes = 8;
    run_job(&job, "here\n");
    build(*state, "rm -r folder");
}

/* Overlayfs refuses to look at what claims, by its attributes, to be half a file of its own. */
#define MARK                                                                                   \
    "import os\n"                                                                              \
    "def mark(name, what, value=b''):\n"                                                       \
    " try: os.setxattr(name, 'user.overlay.' + what, value)\n"                                 \
    " except OSError: pass # a tmpfs without attributes\n"

static void a_file_comes_before_what_the_kernel_refuses_to_look_at(void **state)
{
    static const struct cupel_run_file files[] = {
        FILE_OF("/box/half", "1\n"), FILE_OF("/box/moved/x", "2\n"),
        FILE_OF("/box/opaque/x", "3\n"), FILE_OF("/box/wide", "4\n")};
    struct job job;

    build(*state, "python3 -c \"" MARK
                  "for name in 'half', 'other': open(name, 'w')\n"
                  "for name in 'moved', 'opaque', 'wide', 'd': os.mkdir(name)\n"
                  "open('wide/half', 'w')\n"
                  "mark('half', 'metacopy')\n"
                  "mark('wide/half', 'metacopy')\n"
                  "mark('moved', 'redirect', b'/d')\n"
                  "mark('opaque', 'opaque', b'y')\"");
    set_up_job(*state, &job, "cat half moved/x opaque/x wide; test -e other");
    job.request.files = files;
    job.request.file_count = 4;
    run_job(&job, "1\n2\n3\n4\n");

    build(*state,
          "rm -r half moved opaque wide d other; cd grader;"
          " python3 -c \"" MARK
          "os.rename('work', 'aside')\n"
          "open('work', 'w')\n"
          "mark('work', 'metacopy')\"");
    set_up_job(*state, &job, "echo > /autograder/x; ls -A grader/work");
    run_job(&job, "x\n");
    build(*state, "rm -r grader");
}

static void placed_files_leave_the_run_its_disk(void **state)
{
    static const char big[8 * MIB];
    static const struct cupel_run_file files[] = {{"/box/big", big, sizeof(big), false},
                                                  {"/tmp/big", big, sizeof(big), false}};
    struct job job;

    set_up_job(*state, &job,
               "cat big /tmp/big | cmp -n 16777216 - /dev/zero && head -c 3M /dev/zero > x &&"
               "! head -c 2M /dev/zero > /tmp/y 2> /dev/null");
    job.request.files = files;
    job.request.file_count = 2;
    job.request.limits.disk_bytes = 4 * MIB;
    run_job(&job, "");
}

static void a_file_is_placed_in_the_run_s_folders_alone(void **state)
{
    static const char *const paths[] = {"/etc/x",     "/box/../x", "/box/", "/tmp",
                                        "box/x",      "/box//x",   "",      "/box/x/",
                                        "/boxes/x/y", "/box/./x"};
    struct world *world = *state;
    struct job job;
    struct cupel_error err = {0};
    struct cupel_run *run = NULL;
    struct cupel_loop *loop = NULL;

    assert_int_equal(cupel_loop_new(&loop, &err), 0);
    set_up_job(world, &job, "true");
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct cupel_run_file file = {.path = paths[i]};
        job.request.files = &file;
        job.request.file_count = 1;
        assert_int_equal(cupel_run_start(loop, world->cell, 0, &job.request, &run, &err),
                         -EINVAL);
        assert_non_null(strstr(err.text, "below /box or /tmp"));
    }
    struct cupel_run_file large[2] = {{"/box/x", NULL, CUPEL_RUN_FILES_BYTES, false},
                                      {"/box/y", NULL, 1, false}};
    job.request.files = large;
    job.request.file_count = 2;
    assert_int_equal(cupel_run_start(loop, world->cell, 0, &job.request, &run, &err), -EINVAL);
    job.request.file_count = CUPEL_RUN_FILES_MAX + 1;
    assert_int_equal(cupel_run_start(loop, world->cell, 0, &job.request, &run, &err), -EINVAL);
    cupel_loop_free(loop);
    free(job.output);
}

static void take_listener(void *owner, struct cupel_run *run, int listener_fd)
{
    struct job *job = owner;

    (void)run;
    job->listener_fd = listener_fd;
}

/* Descriptors of ours that do not block are asked until they have something. */
static int accept_soon(int listener_fd)
{
    int fd = -1;

    for (int i = 0; i < 5000 && fd < 0; i++) {
        fd = accept4(listener_fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            (void)usleep(1000);
    }
    return fd;
}

static void the_broker_is_called_from_inside(void **state)
{
    struct job job;
    struct cupel_loop *loop = NULL;
    struct cupel_error err = {0};
    char said[16] = "";

    set_up_job(*state, &job,
               "/cupel/exec hello && ! rm -f /cupel/broker 2> /dev/null &&"
               "test ! -e /tmp/broker");
    job.request.has_broker = true;
    job.request.broker = take_listener;
    struct cupel_run *run = start_job(&job, &loop);
    while (job.listener_fd < 0 && !job.done)
        assert_int_equal(cupel_loop_once(loop, -1, &err), 0);
    assert_true((fcntl(job.listener_fd, F_GETFL) & O_NONBLOCK) != 0);
    CUPEL_AUTO_FD call = accept_soon(job.listener_fd);
    assert_int_equal(recv(call, said, sizeof(said), 0), 5);
    assert_memory_equal(said, "hello", 5);
    assert_int_equal(send(call, "well met", 8, MSG_NOSIGNAL), 8);
    finish_job(&job, loop, run);
    assert_string_equal(job.output, "well met\n");
    free(job.output);
    cupel_close_p(&job.listener_fd);

    set_up_job(*state, &job, "! /cupel/exec hello 2> /dev/null");
    run_job(&job, "");
}

#define LIST_OWN                                                                               \
    "i=0; while [ $i -lt 100 ]; do if [ -e /proc/$$/fd/$i ]; then printf \"$i \"; fi;"         \
    " i=$((i + 1)); done"

static void descriptor_3_is_the_command_s_if_it_is_given_one(void **state)
{
    struct job job;
    char told[32] = "";
    int ends[2];

    set_up_job(*state, &job, LIST_OWN);
    run_job(&job, "0 1 2 ");
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    set_up_job(*state, &job, "echo report >&3;" LIST_OWN);
    job.request.report_fd = ends[1];
    struct cupel_loop *loop = NULL;
    struct cupel_run *run = start_job(&job, &loop);
    (void)close(ends[1]);
    finish_job(&job, loop, run);
    assert_string_equal(job.output, "0 1 2 3 ");
    assert_int_equal(read(ends[0], told, sizeof(told)), 7);
    assert_string_equal(told, "report\n");
    assert_int_equal(read(ends[0], told, sizeof(told)), 0); /* nobody has it any more */
    (void)close(ends[0]);
    free(job.output);
}

static void an_alias_is_the_box_s_folder(void **state)
{
    static const struct expected expected[] = {{"grader/work/out", 100, 0, "out\n"},
                                               {NULL, 0, 0, NULL}};
    struct job job;

    build(*state,
          "set -e; echo built > /autograder/file; cmp /autograder/file grader/work/file;"
          "ln -s /etc /autograder/etc");
    set_up_job(*state, &job,
               "cat /autograder/file; echo out > /autograder/out; rm grader/work/file;"
               "test ! -e /autograder/file; ! rmdir /autograder 2> /dev/null");
    job.request.keeps_files = true;
    job.expected = expected;
    run_job(&job, "built\n");

    /* Whatever was made of the folder, it is one again, of the box. */
    build(*state, "rm -r grader; ln -s /etc grader");
    set_up_job(*state, &job, "ls -A /autograder grader; test ! -L grader");
    run_job(&job, "/autograder:\n\ngrader:\nwork\n");
    build(*state, "rm -r grader");
}

static void all_of_it_goes_together(void **state)
{
    static const struct cupel_run_file files[] = {FILE_OF("/box/in", "in\n")};
    static const struct expected expected[] = {{"out", 100, 0, "in\n"}, {NULL, 0, 0, NULL}};
    struct job job;

    set_up_job(*state, &job, "cat in > out; cat in >&3");
    CUPEL_AUTO_FD report = open("/dev/null", O_WRONLY | O_CLOEXEC);
    job.request.files = files;
    job.request.file_count = 1;
    job.request.keeps_files = true;
    job.request.has_broker = true;
    job.request.broker = take_listener;
    job.request.report_fd = report;
    job.expected = expected;
    run_job(&job, "");
    assert_true(job.listener_fd >= 0);
    cupel_close_p(&job.listener_fd);
}

static int open_world(void **state)
{
    static const struct cupel_cell_mount mounts[] = {{"/usr", "/usr", false, true},
                                                     {"/bin", "/bin", false, true},
                                                     {"/lib", "/lib", false, true},
                                                     {"/lib64", "/lib64", false, true}};
    static const struct cupel_cell_alias aliases[] = {{"/autograder", "grader/work"}};
    struct cupel_cell_options options = {.exec_path = exec_path,
                                         .aliases = aliases,
                                         .alias_count = 1,
                                         .mounts = mounts,
                                         .mount_count = 4,
                                         .lanes = copies ? 1 : 2,
                                         .box_bytes = 64U << 20,
                                         .box_inodes = 16384,
                                         .copy_box = copies};
    struct cupel_diagnostics diagnostics = {0};
    struct world *world = calloc(1, sizeof(*world));
    struct cupel_error err = {0};

    *state = world;
    int r = world == NULL ? -ENOMEM
                          : cupel_policy_load(policies_path, "judge", cupel_arch_native(),
                                              &diagnostics, &world->policy, &err);
    cupel_diagnostics_clear(&diagnostics);
    if (r == 0)
        r = cupel_policy_compile(world->policy, CUPEL_FILTER_ENFORCE, &world->filter, &err);
    if (r == 0 && cgroup_path != NULL)
        r = cupel_cgroup_open(cgroup_path, NULL, NULL, &world->cgroup, &err);
    if (r == 0)
        options.cgroup = world->cgroup;
    if (r == 0)
        r = cupel_cell_start(cell_path, NULL, &world->cell, &err);
    if (r == 0)
        r = cupel_cell_set_up(world->cell, &options, &err);
    if (r == 0)
        r = cupel_cell_wait(world->cell, &err);
    if (r < 0)
        (void)fprintf(stderr, "%s\n", err.text);
    return r;
}

static int close_world(void **state)
{
    struct world *world = *state;

    cupel_cell_free(world->cell);
    cupel_cgroup_free(world->cgroup);
    cupel_filter_clear(&world->filter);
    cupel_policy_free(world->policy);
    free(world);
    return 0;
}

/* The first process below another one, which may be ourselves; 0: there is none. */
static long first_child(long pid)
{
    char path[64];
    char pids[256] = "";

    (void)snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children", pid, pid);
    CUPEL_AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0 && read(fd, pids, sizeof(pids) - 1) >= 0);
    return strtol(pids, NULL, 10);
}

/* Whether the first lane has one; a cell of one lane is that itself. */
static bool has_init(void)
{
    long cell = first_child(getpid());

    return first_child(copies ? cell : first_child(cell)) != 0;
}

static void a_place_is_made_ahead_of_a_run_that_follows(void **state)
{
    struct job job;

    set_up_job(*state, &job, "echo 1");
    job.request.more = false;
    run_job(&job, "1\n");
    (void)usleep(50000);
    assert_false(has_init());
    set_up_job(*state, &job, "echo 2");
    job.request.more = true;
    run_job(&job, "2\n");
    for (int i = 0; i < 500 && !has_init(); i++)
        (void)usleep(10000);
    assert_true(has_init());
}

/* Whatever the run before it was like. */
static void what_was_made_ahead_fits_the_run(void **state)
{
    static const struct {
        uint64_t disk_bytes;
        bool has_broker;
        const char *script;
        const char *output;
    } runs[] = {
        {MIB, false, "head -c 2000000 /dev/zero > x 2> /dev/null || echo full", "full\n"},
        {8 * MIB, false, "ls -I grader; ls /tmp; head -c 6000000 /dev/zero > x && echo room",
         "room\n"},
        {MIB, false, "head -c 2000000 /dev/zero > /tmp/x 2> /dev/null || echo full", "full\n"},
        {MIB, true, "test -S /cupel/broker && echo socket", "socket\n"},
        {2 * MIB, true, "test -S /cupel/broker && echo socket", "socket\n"},
        {MIB, false, "test -S /cupel/broker || echo none", "none\n"},
    };

    build(*state, "rm -rf ./*");
    for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
        struct job job;
        set_up_job(*state, &job, runs[i].script);
        job.request.more = true;
        job.request.limits.disk_bytes = runs[i].disk_bytes;
        job.request.has_broker = runs[i].has_broker;
        job.request.broker = take_listener;
        run_job(&job, runs[i].output);
        cupel_close_p(&job.listener_fd);
    }
    build(*state, "echo built > x");
    struct job job;
    set_up_job(*state, &job, "cat x");
    run_job(&job, "built\n");
    build(*state, "rm x");
}

/* No other can be made after it, since the cell ends. */
static void a_cell_ends_by_itself_after_its_last_run(void **state)
{
    struct world *world = *state;
    siginfo_t end = {.si_pid = 0};
    struct job job;
    struct cupel_outcome outcome;
    struct cupel_error err = {0};

    set_up_job(world, &job, "sleep 0.2; echo last");
    job.request.more = false;
    job.request.last = true;
    run_job(&job, "last\n");
    assert_int_equal(waitid(P_PID, (id_t)first_child(getpid()), &end, WEXITED | WNOWAIT), 0);
    assert_int_equal(end.si_code, CLD_EXITED);
    assert_int_equal(end.si_status, 0);
    assert_int_equal(cupel_run_wait(world->cell, 0, &job.request, &outcome, &err), -EPIPE);
    assert_string_equal(err.text, "cupel-cell ended unexpectedly");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_fed_is_read_up_to_its_end),
        cmocka_unit_test(a_command_that_reads_no_more_is_fed_no_more),
        cmocka_unit_test(only_fed_input_can_be_fed),
        cmocka_unit_test(files_are_read_from_the_run_s_view),
        cmocka_unit_test(a_device_is_not_read),
        cmocka_unit_test(nothing_is_read_unless_it_was_asked_for),
        cmocka_unit_test(placed_files_come_before_what_a_build_left),
        cmocka_unit_test(a_file_comes_before_a_deep_and_a_wide_folder),
        cmocka_unit_test(a_file_comes_before_what_the_kernel_refuses_to_look_at),
        cmocka_unit_test(placed_files_leave_the_run_its_disk),
        cmocka_unit_test(a_file_is_placed_in_the_run_s_folders_alone),
        cmocka_unit_test(the_broker_is_called_from_inside),
        cmocka_unit_test(descriptor_3_is_the_command_s_if_it_is_given_one),
        cmocka_unit_test(an_alias_is_the_box_s_folder),
        cmocka_unit_test(all_of_it_goes_together),
        cmocka_unit_test(a_place_is_made_ahead_of_a_run_that_follows),
        cmocka_unit_test(what_was_made_ahead_fits_the_run),
        cmocka_unit_test(a_cell_ends_by_itself_after_its_last_run),
    };

    if (argc < 4) {
        (void)fputs("usage: judging CELL POLICIES CALL_BROKER [copy] [ahead] [cgroup=PATH]\n",
                    stderr);
        return 2;
    }
    cell_path = argv[1];
    policies_path = argv[2];
    exec_path = argv[3];
    for (int i = 4; i < argc; i++) {
        if (strcmp(argv[i], "copy") == 0)
            copies = true;
        else if (strcmp(argv[i], "ahead") == 0)
            ahead = true;
        else if (strncmp(argv[i], "cgroup=", 7) == 0)
            cgroup_path = argv[i] + 7;
    }
    return cmocka_run_group_tests_name("judging", tests, open_world, close_world);
}
