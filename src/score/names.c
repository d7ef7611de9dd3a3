#include <stddef.h>

#include "cupel/compare.h"
#include "cupel/result.h"
#include "cupel/score.h"

const char *const cupel_compare_names[] = {
    [CUPEL_COMPARE_EXACT] = "exact",   [CUPEL_COMPARE_LINES] = "lines",
    [CUPEL_COMPARE_TOKENS] = "tokens", [CUPEL_COMPARE_NUMBERS] = "numbers",
    [CUPEL_COMPARE_REGEX] = "regex",   [CUPEL_COMPARE_REGEX + 1] = NULL,
};

const char *const cupel_group_rule_names[] = {
    [CUPEL_GROUP_SUM] = "sum",
    [CUPEL_GROUP_ALL] = "all",
    [CUPEL_GROUP_MIN] = "min",
    [CUPEL_GROUP_MIN + 1] = NULL,
};

const char *const cupel_status_names[] = {
    [CUPEL_STATUS_GRADED] = "graded",
    [CUPEL_STATUS_REJECTED] = "rejected",
    [CUPEL_STATUS_GRADER_ERROR] = "grader_error",
    [CUPEL_STATUS_PLATFORM_ERROR] = "platform_error",
    [CUPEL_STATUS_PLATFORM_ERROR + 1] = NULL,
};

const char *const cupel_verdict_names[] = {
    [CUPEL_VERDICT_PASSED] = "passed", [CUPEL_VERDICT_PARTIAL] = "partial",
    [CUPEL_VERDICT_FAILED] = "failed", [CUPEL_VERDICT_SKIPPED] = "skipped",
    [CUPEL_VERDICT_ERROR] = "error",   [CUPEL_VERDICT_ERROR + 1] = NULL,
};

const char *const cupel_reason_names[] = {
    [CUPEL_REASON_NONE] = "none",
    [CUPEL_REASON_WRONG_OUTPUT] = "wrong_output",
    [CUPEL_REASON_WRONG_EXIT_CODE] = "wrong_exit_code",
    [CUPEL_REASON_RUNTIME_ERROR] = "runtime_error",
    [CUPEL_REASON_TIME_LIMIT] = "time_limit",
    [CUPEL_REASON_CPU_LIMIT] = "cpu_limit",
    [CUPEL_REASON_MEMORY_LIMIT] = "memory_limit",
    [CUPEL_REASON_OUTPUT_LIMIT] = "output_limit",
    [CUPEL_REASON_PROCESS_LIMIT] = "process_limit",
    [CUPEL_REASON_DISK_LIMIT] = "disk_limit",
    [CUPEL_REASON_DENIED_SYSCALL] = "denied_syscall",
    [CUPEL_REASON_BUILD_FAILED] = "build_failed",
    [CUPEL_REASON_NEEDS_FAILED] = "needs_failed",
    [CUPEL_REASON_MISSING_FROM_REPORT] = "missing_from_report",
    [CUPEL_REASON_CHECKER_REJECTED] = "checker_rejected",
    [CUPEL_REASON_HARNESS_FAILED] = "harness_failed",
    [CUPEL_REASON_HARNESS_FAILED + 1] = NULL,
};

const char *const cupel_visibility_names[] = {
    [CUPEL_VISIBLE] = "visible",
    [CUPEL_HIDDEN] = "hidden",
    [CUPEL_AFTER_DUE_DATE] = "after_due_date",
    [CUPEL_AFTER_PUBLISHED] = "after_published",
    [CUPEL_AFTER_PUBLISHED + 1] = NULL,
};

/* As the keys of a run's report, where these figures stand as well. */
const char *const cupel_measure_names[] = {
    [CUPEL_MEASURE_SCORE] = "score",       [CUPEL_MEASURE_CPU] = "cpu_seconds",
    [CUPEL_MEASURE_WALL] = "wall_seconds", [CUPEL_MEASURE_MEMORY] = "memory_peak_bytes",
    [CUPEL_MEASURE_MEMORY + 1] = NULL,
};
