/*
 * For analysers, which see one file at a time and would follow callers on the path where
 * cupel_fail() returns 0: both functions return what their headers promise.
 */
#include "cupel/error.h"

#define cupel_fail_errno(...)      ((void)(cupel_fail_errno)(__VA_ARGS__), -1)
#define cupel_fail(err, code, ...) ((void)(cupel_fail)(err, code, __VA_ARGS__), (code))
