/* claims_race URL: what holds between two connections, one in the middle of its transaction. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "claims.h"
#include "queue/queue.h"
#include "queue/sql.h"

struct holding {
    const char *script;
    int fd; /* a byte, when it is done and not yet committed */
};

static int hold(struct sql *sql, void *owner, struct cupel_error *err)
{
    const struct holding *holding = owner;

    int r = sql_script(sql, holding->script, err);
    if (write(holding->fd, "", 1) != 1)
        _exit(3);
    claims_sleep(SECOND / 5); /* the other one has begun by then */
    return r;
}

/* Another process that has done so, and commits after a while. */
static pid_t start_holding(const char *script)
{
    struct cupel_error err = {0};
    struct sql *sql = NULL;
    char byte;
    int fds[2];

    assert_int_equal(pipe(fds), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct holding holding = {.script = script, .fd = fds[1]};
        int r = sql_open(claims_url, &sql, &err);
        _exit(r < 0 || sql_transact(sql, hold, &holding, &err) < 0 ? 4 : 0);
    }
    (void)close(fds[1]);
    assert_int_equal(read(fds[0], &byte, 1), 1);
    (void)close(fds[0]);
    return pid;
}

static void assert_ended_well(pid_t pid)
{
    int status = -1;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void a_cap_counts_what_another_is_just_leasing(void **state)
{
    static const char lease[] =
        "UPDATE courses SET served = served WHERE name = 'capped';"
        " UPDATE jobs SET state = 2, token = 1, worker = 'other', lease_until = "
        "9000000000000000"
        " WHERE id = (SELECT min(id) FROM jobs WHERE course = 'capped')";
    const struct cupel_job_request request = claims_job_of("capped");
    struct cupel_error err = {0};

    assert_int_equal(cupel_queue_set_course(*state, "capped", 1, 1, &err), 0);
    (void)claims_add(*state, &request);
    (void)claims_add(*state, &request);
    pid_t other = start_holding(lease);
    struct cupel_job *job = claims_lease(*state, LEASE);
    assert_null(job);
    assert_ended_well(other);
}

static void a_cancel_is_not_lost_to_a_lease_that_ends(void **state)
{
    const struct cupel_job_request request = claims_job_of("a");
    enum cupel_job_state found = CUPEL_JOB_STATES;
    struct cupel_error err = {0};

    int64_t id = claims_add(*state, &request);
    struct cupel_job *job = claims_lease(*state, LEASE);
    pid_t other = start_holding("UPDATE jobs SET state = 1, lease_until = NULL");
    assert_int_equal(cupel_queue_cancel(*state, id, &found, &err), 0);
    assert_int_equal(found, CUPEL_JOB_CANCELLED);
    assert_int_equal(claims_state_of(*state, id), CUPEL_JOB_CANCELLED);
    assert_ended_well(other);
    cupel_job_free(job);
}

static void a_key_that_another_is_just_adding_is_found(void **state)
{
    static const char add[] =
        "INSERT INTO jobs (kind, course, priority, state, not_before, attempts, memory_bytes,"
        " cpus_milli, idempotency_key, fingerprint, spec, created)"
        " SELECT kind, course, priority, state, not_before, attempts, memory_bytes,"
        " cpus_milli, 'k', fingerprint, spec, created FROM jobs";
    struct cupel_job_request request = claims_job_of("a");
    struct cupel_error err = {0};
    bool is_new = true;
    int64_t id = 0;

    int64_t like = claims_add(*state, &request);
    pid_t other = start_holding(add);
    request.idempotency_key = "k";
    assert_int_equal(cupel_queue_add(*state, &request, &id, &is_new, &err), 0);
    assert_false(is_new);
    assert_true(id != like);
    assert_ended_well(other);
}

static void who_writes_for_long_is_waited_for_for_some_seconds(void **state)
{
    const struct cupel_job_request request = claims_job_of("a");
    struct cupel_error err = {0};
    bool is_new = false;
    int64_t id = 0;

    (void)claims_add(*state, &request);
    if (strncmp(claims_url, "sqlite:", 7) != 0)
        return; /* who writes there holds up nobody who writes elsewhere */
    pid_t other = start_holding("UPDATE jobs SET spec = spec; SELECT 1");
    assert_int_equal(kill(other, SIGSTOP), 0);
    int64_t before_us = claims_now_us();
    assert_int_equal(cupel_queue_add(*state, &request, &id, &is_new, &err), -EAGAIN);
    assert_in_range(claims_now_us() - before_us, 4 * SECOND, 9 * SECOND);
    assert_int_equal(kill(other, SIGCONT), 0);
    assert_ended_well(other);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CLAIM(a_cap_counts_what_another_is_just_leasing),
        CLAIM(a_cancel_is_not_lost_to_a_lease_that_ends),
        CLAIM(a_key_that_another_is_just_adding_is_found),
        CLAIM(who_writes_for_long_is_waited_for_for_some_seconds),
    };

    return claims_take_url(argc, argv)
               ? cmocka_run_group_tests_name("queue.race", tests, NULL, NULL)
               : 2;
}
