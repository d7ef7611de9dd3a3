#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/worker_facts.h"

/* Both are JSON with ' for ". */
static json_t *load(const char *text)
{
    char bytes[2048];
    size_t len = 0;

    for (; text[len] != '\0'; len++) {
        assert_true(len + 1 < sizeof(bytes));
        bytes[len] = '"';
        if (text[len] != '\'')
            bytes[len] = text[len];
    }
    json_t *json = json_loadb(bytes, len, 0, NULL);
    assert_non_null(json);
    return json;
}

static void check(const char *document, const char *expected)
{
    json_t *json = load(document);
    json_t *facts = worker_facts(json);
    json_t *wanted = load(expected);

    if (json_equal(facts, wanted) == 0)
        fail_msg("%s", json_dumps(facts, 0));
    json_decref(wanted);
    json_decref(facts);
    json_decref(json);
}

static void a_grading_is_counted(void **state)
{
    (void)state;
    check(
        "{'schema': 'cupel.result/1', 'wall_seconds': 2.0,"
        " 'build': [{'run': {'wall_seconds': 0.5, 'enforcement': {'memory': 'cgroup',"
        "  'processes': 'cgroup', 'landlock_abi': 7, 'cpu': 'cgroup'}}}, {'run': null}],"
        " 'judge_build': [{'run': {'wall_seconds': 0.25}}],"
        " 'harnesses': [{'run': {'wall_seconds': 0.125,"
        "  'denied_syscalls': [{'name': 'bpf', 'count': 9}]}}],"
        " 'tests': ["
        "  {'verdict': 'passed', 'run': {'wall_seconds': 0.5, 'denied_syscalls':"
        "   [{'name': 'ptrace', 'count': 1}, {'name': 'bpf', 'count': 2}]}},"
        "  {'verdict': 'failed', 'run': {'wall_seconds': 0.25, 'denied_syscalls':"
        "   [{'name': 'ptrace', 'count': 3}], 'enforcement': {'memory': 'watchdog'}}},"
        "  {'verdict': 'passed', 'run': null}]}",
        "{'verdicts': {'passed': 2, 'failed': 1}, 'denied': {'ptrace': 4, 'bpf': 2},"
        " 'enforcement': {'memory': 'cgroup', 'processes': 'cgroup', 'landlock_abi': 7},"
        " 'seconds': {'build': 0.75, 'tests': 0.875, 'wall': 2.0}}");
}

static void a_run_is_counted(void **state)
{
    (void)state;
    check(
        "{'schema': 'cupel.run_result/1', 'run': {'wall_seconds': 0.5,"
        " 'denied_syscalls': [{'name': 'mount', 'count': 1}],"
        " 'enforcement': {'memory': 'watchdog', 'processes': 'rlimit', 'landlock_abi': 0}}}",
        "{'verdicts': {}, 'denied': {'mount': 1},"
        " 'enforcement': {'memory': 'watchdog', 'processes': 'rlimit', 'landlock_abi': 0},"
        " 'seconds': {'build': 0.0, 'tests': 0.0, 'wall': 0.5}}");
}

static void what_is_missing_or_odd_counts_as_nothing(void **state)
{
    static const char nothing[] =
        "{'verdicts': {}, 'denied': {}, 'enforcement': {},"
        " 'seconds': {'build': 0.0, 'tests': 0.0, 'wall': 0.0}}";

    (void)state;
    check("{}", nothing);
    check("[]", nothing);
    check("{'tests': {'verdict': 'passed'}, 'build': 3, 'run': 'x', 'wall_seconds': 'long'}",
          nothing);
    check(
        "{'tests': [{'verdict': 7, 'run': {'denied_syscalls': [1, {'name': 'a', 'count': -1},"
        " {'count': 3}]}}]}",
        nothing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_grading_is_counted),
        cmocka_unit_test(a_run_is_counted),
        cmocka_unit_test(what_is_missing_or_odd_counts_as_nothing),
    };

    return cmocka_run_group_tests_name("service.worker_facts", tests, NULL, NULL);
}
