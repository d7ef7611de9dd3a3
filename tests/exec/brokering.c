/*
 * Claims about harnesses that have the learner's program run, each proved by a shell script in
 * a judge's cell, under policy judge, that calls /cupel/exec; the calls run in a learner's
 * cell, under policy native.
 *
 *   brokering CELL EXEC POLICIES          the claims
 *   brokering CELL EXEC POLICIES SCRIPT   what SCRIPT prints in the judge's cell, nothing else
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "cupel/run.h"
#include "grader/broker.h"

#define OUTPUT_MAX (4U << 20)
#define LANES      8U
#define MS         1000000U

struct side {
    struct cupel_cell *cell;
    struct cupel_policy *policy;
    struct cupel_filters filters;
    struct cupel_step step;
};

struct world {
    struct cupel_loop *loop;
    struct side judge;
    struct side learner;
    struct cupel_lanes *lanes; /* of the learner's cell */
};

static const char *cell_path;
static const char *exec_path;
static const char *policies_path;

struct harness {
    struct world *world;
    struct cupel_broker *broker;
    char *output;
    size_t output_len;
    size_t calls;  /* that the owner was told of */
    size_t limits; /* of these, ended by a limit */
    bool done;
    int exit_code;
};

static char *write_report(const struct cupel_outcome *outcome)
{
    char *text = NULL;

    return asprintf(&text, "{\"exit_code\": %d}\n", outcome->exit_code) < 0 ? NULL : text;
}

static void call_done(void *owner, const struct cupel_outcome *outcome)
{
    struct harness *harness = owner;

    harness->calls++;
    if (outcome->status == CUPEL_RUN_LIMIT)
        harness->limits++;
}

static void take_listener(void *owner, struct cupel_run *run, int listener_fd)
{
    struct harness *harness = owner;
    struct world *world = harness->world;
    struct cupel_error err = {0};
    const struct cupel_broker_options options = {.loop = world->loop,
                                                 .cell = world->learner.cell,
                                                 .lanes = world->lanes,
                                                 .step = &world->learner.step,
                                                 .report = write_report,
                                                 .call_done = call_done,
                                                 .owner = harness};

    (void)run;
    if (cupel_broker_new(&options, listener_fd, &harness->broker, &err) < 0)
        fail_msg("%s", err.text);
}

static void take_output(void *owner, enum cupel_stream stream, const void *bytes, size_t len)
{
    struct harness *harness = owner;

    (void)stream;
    assert_true(harness->output_len + len < OUTPUT_MAX);
    memcpy(harness->output + harness->output_len, bytes, len);
    harness->output_len += len;
}

static void run_done(void *owner, struct cupel_run *run, const struct cupel_outcome *outcome)
{
    struct harness *harness = owner;
    struct cupel_denied denied = outcome->denied;

    (void)run;
    cupel_denied_clear(&denied);
    if (outcome->status == CUPEL_RUN_SANDBOX_ERROR)
        fail_msg("%s", outcome->error);
    harness->exit_code = outcome->status == CUPEL_RUN_EXITED ? outcome->exit_code : -1;
    harness->done = true;
}

/* Run script to its end, and end its calls. harness->output is to be freed. */
static void run_side(struct world *world, const struct side *side, enum cupel_box_mode box,
                     const char *script, struct harness *ret)
{
    static const char *const environment[] = {"PATH=/usr/bin:/bin", "SECRET=hidden", NULL};
    const char *argv[] = {"/bin/sh", "-c", script, NULL};
    struct cupel_run_request request = {.argv = argv,
                                        .environment = environment,
                                        .policy = side->policy,
                                        .filter = &side->filters.enforce,
                                        .limits = side->policy->limits,
                                        .box = box,
                                        .has_broker = side == &world->judge,
                                        .broker = take_listener,
                                        .output = take_output,
                                        .done = run_done,
                                        .owner = ret};
    struct cupel_error err = {0};
    struct cupel_run *run = NULL;

    *ret = (struct harness){.world = world, .output = malloc(OUTPUT_MAX)};
    assert_non_null(ret->output);
    if (cupel_run_start(world->loop, side->cell, 0, &request, &run, &err) < 0)
        fail_msg("%s", err.text);
    while (!ret->done)
        assert_int_equal(cupel_loop_once(world->loop, -1, &err), 0);
    cupel_run_free(run);
    if (ret->broker != NULL)
        assert_true(cupel_broker_calls(ret->broker) >= ret->calls);
    cupel_broker_free(ret->broker);
    ret->output[ret->output_len] = '\0';
}

static struct harness run_harness(struct world *world, const char *script)
{
    struct harness harness;

    run_side(world, &world->judge, CUPEL_BOX_FRESH, script, &harness);
    return harness;
}

static void expect(struct world *world, const char *script, const char *output)
{
    struct harness harness = run_harness(world, script);

    assert_string_equal(harness.output, output);
    free(harness.output);
}

static void build(struct world *world, const struct side *side, const char *script)
{
    struct harness harness;

    run_side(world, side, CUPEL_BOX_DIRECT, script, &harness);
    if (harness.exit_code != 0)
        fail_msg("%s", harness.output);
    free(harness.output);
}

static double seconds(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* All lanes come back by themselves, within some seconds. */
static void await_lanes(struct world *world)
{
    struct cupel_error err = {0};
    unsigned taken[LANES];
    double until = seconds() + 5;

    for (size_t i = 0; i < LANES;) {
        if (cupel_lanes_take(world->lanes, &taken[i])) {
            i++;
            continue;
        }
        assert_true(seconds() < until);
        assert_int_equal(cupel_loop_once(world->loop, 100, &err), 0);
    }
    for (size_t i = 0; i < LANES; i++)
        cupel_lanes_give_back(world->lanes, taken[i]);
}

static void streams_arguments_and_status_are_passed_through(void **state)
{
    expect(*state,
           "printf 'in put\\n' | /cupel/exec -- sh -c 'read x; echo \"$x|$1|$2|$#\";"
           " echo oops >&2; exit 7' sh 'two words' '' 2> err; echo $?; cat err",
           "in put|two words||2\n7\noops\n");
    expect(*state,
           "/cupel/exec pwd; /cupel/exec true < /dev/null; echo $?; /cupel/exec cat <&-",
           "/box\n0\n");
    expect(*state, "head -c 3000000 /dev/zero | /cupel/exec wc -c", "3000000\n");
}

static void the_program_in_the_box_runs_each_time_anew(void **state)
{
    expect(*state,
           "/cupel/exec ./prog 1; /cupel/exec -- sh -c 'echo x > left; ls'; /cupel/exec ls",
           "prog 1\nleft\nprog\nsub\nprog\nsub\n");
}

static void environment_and_folder_are_the_call_s(void **state)
{
    expect(*state,
           "/cupel/exec --env SEED=3 --env HOME=/tmp --chdir sub -- sh -c"
           " 'echo $SEED $HOME $STEP $PWD'; /cupel/exec --chdir /tmp pwd",
           "3 /tmp own /box/sub\n/tmp\n");
    expect(*state, "/cupel/exec --env 'A B=3' true; echo $?",
           "cupel-exec: --env: A B=3: expected a name of letters, digits and '_', no digit "
           "first, '=' and a value\n125\n");
    expect(*state, "/cupel/exec --chdir none true; echo $?",
           "cupel-exec: --chdir: /box/none: no such folder\n127\n");
    expect(*state, "/cupel/exec --chdir /etc true; echo $?",
           "cupel-exec: --chdir: /etc: expected a path in /box or /tmp\n125\n");
    expect(*state, "echo > x; /cupel/exec --put x:new/x --chdir new -- ls", "x\n");
}

static void statuses_are_as_those_of_cupel_run(void **state)
{
    expect(*state, "/cupel/exec -- sh -c 'kill -SEGV $$'; echo $?",
           "cupel-exec: died of signal SIGSEGV (segmentation fault)\n139\n");
    expect(*state, "/cupel/exec ./none; echo $?; /cupel/exec ./sub; echo $?",
           "cupel-exec: ./none: No such file or directory\n127\n"
           "cupel-exec: ./sub: Permission denied\n126\n");
}

static void a_limit_of_the_test_ends_a_call(void **state)
{
    struct world *world = *state;

    world->learner.step.limits.wall_ns = 200ULL * MS;
    struct harness harness = run_harness(world, "/cupel/exec sleep 5 2> /dev/null; echo $?");
    assert_string_equal(harness.output, "124\n");
    assert_int_equal(harness.calls, 1);
    assert_int_equal(harness.limits, 1);
    free(harness.output);
    world->learner.step.limits.wall_ns = world->learner.policy->limits.wall_ns;
    expect(world, "/cupel/exec yes 2> /dev/null > out; echo $?; wc -c < out", "124\n1048576\n");
}

static void files_go_both_ways(void **state)
{
    expect(*state,
           "mkdir -p d/e; echo 1 > d/e/in; echo 'echo run' > d/tool; chmod +x d/tool;"
           "head -c 1000000 /dev/urandom > big;"
           "/cupel/exec --put d --put big --put big:/tmp/big --get d/e/out:out --get copy"
           " --report report -- sh -c 'cat d/e/in; d/tool; test -x d/e/in || echo plain;"
           " cmp big /tmp/big; cp big copy; echo 2 > d/e/out; exit 3';"
           "cat out; cmp big copy; cat report",
           "1\nrun\nplain\n2\n{\"exit_code\": 3}\n");
    expect(*state,
           "echo old > none; echo old > link; touch folder;"
           "/cupel/exec --get none --get link --get sub:folder -- ln -s /etc/passwd link; echo "
           "$?; ls",
           "cupel-exec: --get none: No such file or directory\n"
           "cupel-exec: --get link: there is a link on the way to it\n"
           "cupel-exec: --get sub: no regular file\n0\nhidden\n");
    expect(*state, "echo x > x; /cupel/exec --put x:/etc/x true; /cupel/exec --get ../x true",
           "cupel-exec: --put: /etc/x: expected a path in /box or /tmp\n"
           "cupel-exec: --get: ../x: expected a path in /box\n");
    expect(*state,
           "head -c 66M /dev/zero > x 2> /dev/null || head -c 60M /dev/zero > x;"
           "cp x y; /cupel/exec --put x --put y true; echo $?",
           "cupel-exec: --put: the files of all calls at a time are more than 64 MiB\n125\n");
}

static void nothing_of_the_judge_is_seen(void **state)
{
    expect(*state,
           "cat hidden; /cupel/exec -- sh -c 'ls /tmp; cat /box/hidden; echo $SECRET;"
           " ls /cupel; /cupel/exec true' 2> /dev/null; echo $?",
           "answer\n\n127\n");
}

static void calls_go_on_side_by_side(void **state)
{
    double before = seconds();

    expect(*state,
           "for i in 1 2 3 4 5 6 7 8; do /cupel/exec -- sh -c \"sleep 0.5; echo $i\" & done |"
           " sort; wait",
           "1\n2\n3\n4\n5\n6\n7\n8\n");
    assert_true(seconds() - before < 3);
    expect(*state,
           "for i in $(seq 60); do echo $i | /cupel/exec cat & done | sort -n > out; seq 60 |"
           " cmp - out && echo all",
           "all\n");
}

static void a_call_ends_with_its_client(void **state)
{
    expect(*state,
           "i=0; while [ $i -lt 20 ]; do i=$((i + 1)); /cupel/exec sleep 60 & sleep 0.02;"
           " kill -9 $!; done; wait; /cupel/exec echo well",
           "well\n");
    await_lanes(*state);
}

static void calls_end_with_their_harness(void **state)
{
    expect(*state,
           "i=0; while [ $i -lt 12 ]; do i=$((i + 1)); /cupel/exec sleep 60 & done; sleep 0.3",
           "");
    await_lanes(*state);
    expect(*state, "/cupel/exec echo well", "well\n");
}

static long memory_peak_kib(void)
{
    struct rusage usage;

    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

static void what_is_not_read_is_not_kept(void **state)
{
    long before = memory_peak_kib();

    expect(*state, "yes | /cupel/exec sleep 0.5; echo $?", "0\n");
    expect(*state, "yes | /cupel/exec head -n 1; echo $?", "y\n0\n");
    expect(*state,
           "for i in 1 2 3 4 5 6 7 8; do /cupel/exec -- head -c 1000000 /dev/zero |"
           " { sleep 1; wc -c; } & done; wait",
           "1000000\n1000000\n1000000\n1000000\n1000000\n1000000\n1000000\n1000000\n");
    assert_true(memory_peak_kib() - before < 32 * 1024);
}

#define STRANGE "11 what was sent is not of the broker's protocol\n"

/* One call is no other's business, and what it sends no more than a call. */
static void whatever_is_sent_is_answered_with_a_refusal(void **state)
{
    expect(*state,
           "cat > hostile.py <<'END'\n"
           "import socket, struct\n"
           "u = lambda n: struct.pack('=I', n & 0xffffffff)\n"
           "def text(t): return u(len(t) + 1) + t + b'\\0'\n"
           "def head(t): return u(0x31425543) + u(t)\n"
           "call = head(3) + text(b'') + u(0) + u(1) + text(b'./prog') + u(0)\n"
           "def tell(*frames):\n"
           "    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)\n"
           "    s.connect('/cupel/broker')\n"
           "    for f in frames: s.send(f)\n"
           "    while True:\n"
           "        answer = s.recv(200000)\n"
           "        if answer[4] != 7: return answer[4:5] + answer[12:-1]\n"
           "for frames in ([b'x'], [b'\\0' * 100000], [head(4) + u(0)], [head(7) + u(0) * 2],\n"
           "               [call[:-1]], [head(1) + text(b'../x') + u(0) * 2],\n"
           "               [head(1) + text(b'/box') + u(0) * 2], [call, b'x'],\n"
           "               [head(2) + text(b'a')] * 65, [head(1) + text(b'a') + u(0) * 2] * "
           "1025,\n"
           "               [head(3) + text(b'') + u(0) * 3], [call, call],\n"
           "               [head(3) + text(b'') + u(0) + u(8193)], [head(6) + u(0)]):\n"
           "    print(*tell(*frames)[:1], tell(*frames)[1:].decode())\n"
           "idle = []\n"
           "for i in range(8):\n"
           "    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)\n"
           "    s.connect('/cupel/broker')\n"
           "    idle.append(s)\n"
           "print(tell(call)[0])\n"
           "END\n"
           "python3 hostile.py",
           STRANGE STRANGE STRANGE STRANGE
           "11 a malformed CALL\n"
           "11 --put: ../x: expected a path in /box or /tmp\n"
           "11 --put: /box: expected a path in /box or /tmp\n" STRANGE
           "11 --get: more than 64 files\n"
           "11 --put: more than 1024 files\n"
           "11 a malformed CALL\n" STRANGE "11 a malformed CALL\n" STRANGE "10\n");
}

static int open_side(struct side *side, const char *policy, const char *exec, unsigned lanes,
                     struct cupel_error *err)
{
    static char step_variable[] = "STEP=own";
    static char *step_environment[] = {step_variable, NULL};
    static const struct cupel_cell_mount mounts[] = {{"/usr", "/usr", false, true},
                                                     {"/bin", "/bin", false, true},
                                                     {"/lib", "/lib", false, true},
                                                     {"/lib64", "/lib64", false, true}};
    const struct cupel_cell_options options = {.exec_path = exec,
                                               .mounts = mounts,
                                               .mount_count = 4,
                                               .lanes = lanes,
                                               .box_bytes = 128U << 20,
                                               .box_inodes = 4096};
    struct cupel_diagnostics diagnostics = {0};

    int r = cupel_policy_load(policies_path, policy, cupel_arch_native(), &diagnostics,
                              &side->policy, err);
    cupel_diagnostics_clear(&diagnostics);
    if (r == 0)
        r = cupel_filters_get(NULL, side->policy, &side->filters, err);
    if (r == 0)
        r = cupel_cell_start(cell_path, NULL, &side->cell, err);
    if (r == 0)
        r = cupel_cell_set_up(side->cell, &options, err);
    if (r == 0)
        r = cupel_cell_wait(side->cell, err);
    if (r == 0)
        side->step = (struct cupel_step){.environment = step_environment,
                                         .policy = side->policy,
                                         .filters = &side->filters,
                                         .limits = side->policy->limits};
    return r;
}

static int open_world(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    struct cupel_error err = {0};

    *state = world;
    int r = world == NULL ? -ENOMEM : cupel_loop_new(&world->loop, &err);
    if (r == 0)
        r = cupel_lanes_new(LANES, &world->lanes);
    if (r == 0)
        r = open_side(&world->judge, "judge", exec_path, 1, &err);
    if (r == 0)
        r = open_side(&world->learner, "native", NULL, LANES, &err);
    if (r < 0) {
        (void)fprintf(stderr, "%s\n", err.text);
        return r;
    }
    build(world, &world->judge, "echo answer > hidden");
    build(world, &world->learner,
          "mkdir sub; printf '#!/bin/sh\\necho prog $1\\n' > prog; chmod +x prog");
    return 0;
}

static void close_side(struct side *side)
{
    cupel_cell_free(side->cell);
    cupel_filters_clear(&side->filters);
    cupel_policy_free(side->policy);
}

static int close_world(void **state)
{
    struct world *world = *state;

    cupel_lanes_free(world->lanes);
    close_side(&world->judge);
    close_side(&world->learner);
    cupel_loop_free(world->loop);
    free(world);
    return 0;
}

static int print_harness(const char *script)
{
    void *state = NULL;

    if (open_world(&state) < 0)
        return EXIT_FAILURE;
    struct harness harness = run_harness(state, script);
    (void)fputs(harness.output, stdout);
    free(harness.output);
    return close_world(&state);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams_arguments_and_status_are_passed_through),
        cmocka_unit_test(the_program_in_the_box_runs_each_time_anew),
        cmocka_unit_test(environment_and_folder_are_the_call_s),
        cmocka_unit_test(statuses_are_as_those_of_cupel_run),
        cmocka_unit_test(a_limit_of_the_test_ends_a_call),
        cmocka_unit_test(files_go_both_ways),
        cmocka_unit_test(nothing_of_the_judge_is_seen),
        cmocka_unit_test(calls_go_on_side_by_side),
        cmocka_unit_test(a_call_ends_with_its_client),
        cmocka_unit_test(calls_end_with_their_harness),
        cmocka_unit_test(what_is_not_read_is_not_kept),
        cmocka_unit_test(whatever_is_sent_is_answered_with_a_refusal),
    };

    if (argc < 4) {
        (void)fputs("usage: brokering CELL EXEC POLICIES [SCRIPT]\n", stderr);
        return 2;
    }
    cell_path = argv[1];
    exec_path = argv[2];
    policies_path = argv[3];
    if (argc > 4)
        return print_harness(argv[4]);
    return cmocka_run_group_tests_name("brokering", tests, open_world, close_world);
}
