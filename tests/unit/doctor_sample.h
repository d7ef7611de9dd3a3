/* A report to be filled, of a machine with systemd and a login session of an ordinary user. */
#ifndef CUPEL_TESTS_DOCTOR_SAMPLE_H
#define CUPEL_TESTS_DOCTOR_SAMPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/doctor.h"
#include "cupel/cleanup.h"
#include "cupel/policy.h"

#define COUNT(array)   (sizeof(array) / sizeof((array)[0]))
#define TEST(function) cmocka_unit_test_setup_teardown(function, reset, clear)

#define SERVICE "/system.slice/judge.service"

static struct doctor_report report; /* too large for the stack */
static struct cupel_outcome outcome;

static inline int reset(void **state)
{
    (void)state;
    doctor_report_clear(&report);
    report =
        (struct doctor_report){.host = {.release = "6.8.0-40-generic",
                                        .machine = "x86_64",
                                        .uid = 1000,
                                        .hierarchy = DOCTOR_VERSION_2,
                                        .systemd = true,
                                        .cgroup = "/user.slice/user-1000.slice/session-2.scope",
                                        .cupel = "/opt/bin/cupel",
                                        .cell = "/opt/libexec/cupel/cupel-cell"}};
    for (size_t i = 0; i < CUPEL_CGROUP_SOURCES; i++)
        report.search.trials[i].obstacle = CUPEL_CGROUP_NOT_TRIED;
    outcome = (struct cupel_outcome){.status = CUPEL_RUN_EXITED};
    return 0;
}

static inline int clear(void **state)
{
    (void)state;
    doctor_report_clear(&report);
    return 0;
}

static inline void set_obstacle(enum cupel_cgroup_source source,
                                enum cupel_cgroup_obstacle obstacle)
{
    report.search.trials[source].obstacle = obstacle;
    (void)snprintf(report.search.trials[source].text, sizeof(report.search.trials[source].text),
                   "reason %d of %d", (int)obstacle, (int)source);
}

static inline void set_base(const char *base, unsigned controllers)
{
    report.search.source = CUPEL_CGROUP_SCOPE;
    report.search.trials[CUPEL_CGROUP_SCOPE].obstacle = CUPEL_CGROUP_SERVES;
    (void)snprintf(report.search.base, sizeof(report.search.base), "%s", base);
    report.search.controllers = controllers;
}

/* All mends of a layer, one after the other; the caller frees. */
static inline char *mends_of(const char *layer)
{
    const struct doctor_finding *finding = doctor_find(&report, layer);
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    assert_non_null(out);
    assert_non_null(finding);
    for (size_t i = 0; i < finding->mend_count; i++)
        (void)fprintf(out, "# %s\n%s", finding->mends[i].when, finding->mends[i].lines);
    assert_int_equal(fclose(out), 0);
    return text;
}

static inline void assert_mend(const char *layer, const char *expected)
{
    CUPEL_AUTO_FREE char *mends = mends_of(layer);

    if (strstr(mends, expected) == NULL)
        fail_msg("%s: expected \"%s\" in:\n%s", layer, expected, mends);
}

static inline void assert_no_mend(const char *layer, const char *unexpected)
{
    CUPEL_AUTO_FREE char *mends = mends_of(layer);

    if (strstr(mends, unexpected) != NULL)
        fail_msg("%s: did not expect \"%s\" in:\n%s", layer, unexpected, mends);
}

static inline void assert_state(const char *layer, enum doctor_state expected, const char *by)
{
    const struct doctor_finding *finding = doctor_find(&report, layer);

    assert_non_null(finding);
    assert_int_equal(finding->state, expected);
    if (by == NULL)
        assert_null(finding->by);
    else
        assert_string_equal(finding->by, by);
}

#endif
