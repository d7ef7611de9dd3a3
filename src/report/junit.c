/*
 * JUnit's XML, of which there is no specification: <testcase> in <testsuite> in <testsuites>,
 * the suites nested or not, <testsuites> there or not. Elements that are not known are passed
 * over with all that is in them, but a <testcase> is an error there, lest a failed test is
 * overlooked.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/text.h"
#include "report/xml.h"

enum element {
    ELEMENT_SUITES,
    ELEMENT_SUITE,
    ELEMENT_CASE,
    ELEMENT_FAILURE,
    ELEMENT_ERROR,
    ELEMENT_SKIPPED,
    ELEMENT_SYSTEM_OUT,
    ELEMENT_SYSTEM_ERR,
    ELEMENT_OTHER,
};

static const char *const element_names[] = {
    [ELEMENT_SUITES] = "testsuites",     [ELEMENT_SUITE] = "testsuite",
    [ELEMENT_CASE] = "testcase",         [ELEMENT_FAILURE] = "failure",
    [ELEMENT_ERROR] = "error",           [ELEMENT_SKIPPED] = "skipped",
    [ELEMENT_SYSTEM_OUT] = "system-out", [ELEMENT_SYSTEM_ERR] = "system-err",
};

#define COUNT_UNKNOWN UINT64_MAX

struct level {
    enum element element;
    char *name; /* of the innermost suite that has one */
    bool owns_name;
    uint64_t tests; /* what a suite says of itself */
    uint64_t failures;
    uint64_t errors;
    uint64_t written; /* its own tests that are there */
    uint64_t passed;  /* of these */
};

struct junit {
    struct report_builder *builder;
    struct level levels[CUPEL_REPORT_DEPTH_MAX];
    size_t depth;
    struct cupel_report_test *test; /* within <testcase> */
    struct report_text message;
    struct report_text output;
    struct report_text body; /* of the element within <testcase> */
    char *said;              /* its attributes' message, NULL: none */
    char *type;
};

static enum element element_of(const char *name)
{
    for (int i = 0; i < ELEMENT_OTHER; i++) {
        if (strcmp(name, element_names[i]) == 0)
            return (enum element)i;
    }
    return ELEMENT_OTHER;
}

static bool holds_tests(const struct level *level)
{
    return level != NULL &&
           (level->element == ELEMENT_SUITES || level->element == ELEMENT_SUITE);
}

static bool is_part_of_case(enum element element)
{
    return element >= ELEMENT_FAILURE && element < ELEMENT_OTHER;
}

/* The element that a tag opens below parent (NULL: it is the root). */
static enum element place(struct junit *junit, const struct level *parent, const char *name,
                          size_t offset)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    enum element element = element_of(name);

    if (parent == NULL && element != ELEMENT_SUITES && element != ELEMENT_SUITE)
        (void)report_fail_at(junit->builder, offset,
                             "expected <testsuites> or <testsuite>, found <%s>",
                             cupel_text_excerpt(name, excerpt));
    else if (parent != NULL && element <= ELEMENT_CASE && !holds_tests(parent))
        (void)report_fail_at(junit->builder, offset, "<%s> may only stand in <testsuite>",
                             element_names[element]);
    if (is_part_of_case(element) && parent != NULL && parent->element != ELEMENT_CASE)
        return ELEMENT_OTHER;
    return element;
}

/* fallback: where there is no count. */
static uint64_t parse_count(const char *text, uint64_t fallback)
{
    char *end;

    if (text == NULL || text[0] < '0' || text[0] > '9')
        return fallback;
    errno = 0;
    unsigned long long count = strtoull(text, &end, 10);
    return *end == '\0' && errno == 0 && count <= UINT32_MAX ? count : fallback;
}

static uint64_t most(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static void start_suite(struct junit *junit, struct level *level, const char *const *attributes)
{
    const char *name = report_xml_attribute(attributes, "name");

    if (name != NULL && name[0] != '\0' && level->element == ELEMENT_SUITE) {
        level->name = strdup(name);
        level->owns_name = true;
        if (level->name == NULL)
            (void)report_fail_memory(junit->builder);
    }
    level->tests = parse_count(report_xml_attribute(attributes, "tests"), COUNT_UNKNOWN);
    level->failures = parse_count(report_xml_attribute(attributes, "failures"), 0);
    level->errors = parse_count(report_xml_attribute(attributes, "errors"), 0);
}

/* Some writers say what became of a test in an attribute: googletest in status and result,
 * CTest in status. */
static enum cupel_report_outcome outcome_of_attributes(const char *const *attributes)
{
    static const char *const failed[] = {"fail", "failed", "failure", "error"};
    static const char *const skipped[] = {"notrun", "disabled", "skipped", "suppressed"};
    static const char *const names[] = {"status", "result"};
    enum cupel_report_outcome outcome = CUPEL_REPORT_PASSED;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = report_xml_attribute(attributes, names[i]);
        for (size_t j = 0; value != NULL && j < sizeof(failed) / sizeof(failed[0]); j++) {
            if (strcmp(value, failed[j]) == 0)
                return CUPEL_REPORT_FAILED;
            if (strcmp(value, skipped[j]) == 0)
                outcome = CUPEL_REPORT_SKIPPED;
        }
    }
    return outcome;
}

static void start_case(struct junit *junit, const struct level *level,
                       const char *const *attributes, size_t offset)
{
    const char *prefix = report_xml_attribute(attributes, "classname");

    junit->test = report_add(junit->builder, offset);
    if (junit->test == NULL)
        return;
    if (prefix == NULL || prefix[0] == '\0')
        prefix = level->name;
    report_set_id(junit->builder, junit->test, prefix, report_xml_attribute(attributes, "name"),
                  offset);
    junit->test->seconds = report_parse_seconds(report_xml_attribute(attributes, "time"), "");
    report_set_outcome(junit->test, outcome_of_attributes(attributes));
    report_text_reset(&junit->message);
    report_text_reset(&junit->output);
}

static char *copy(struct junit *junit, const char *text)
{
    char *copied = text != NULL ? strdup(text) : NULL;

    if (text != NULL && copied == NULL)
        (void)report_fail_memory(junit->builder);
    return copied;
}

static void start_part(struct junit *junit, const char *const *attributes)
{
    free(junit->said);
    free(junit->type);
    junit->said = copy(junit, report_xml_attribute(attributes, "message"));
    junit->type = copy(junit, report_xml_attribute(attributes, "type"));
    report_text_reset(&junit->body);
}

static void start(void *reader, const char *name, const char *const *attributes, size_t offset)
{
    struct junit *junit = reader;
    const struct level *parent = junit->depth > 0 ? &junit->levels[junit->depth - 1] : NULL;
    struct level *level = &junit->levels[junit->depth];

    *level = (struct level){.element = place(junit, parent, name, offset),
                            .name = parent != NULL ? parent->name : NULL,
                            .tests = COUNT_UNKNOWN};
    junit->depth++;
    if (junit->builder->failure < 0)
        return;
    if (holds_tests(level))
        start_suite(junit, level, attributes);
    else if (level->element == ELEMENT_CASE)
        start_case(junit, level, attributes, offset);
    else if (is_part_of_case(level->element))
        start_part(junit, attributes);
}

/* A failure says it in an attribute, in its text, or the same in both. */
static void add_said(struct junit *junit)
{
    const char *said = junit->said != NULL ? junit->said : "";
    const char *body = junit->body.bytes;
    size_t said_len = strlen(said);
    size_t body_len = junit->body.len;

    report_trim(&said, &said_len);
    report_trim(&body, &body_len);
    if (said_len == 0 && body_len == 0 && junit->type != NULL) {
        said = junit->type;
        said_len = strlen(said);
    }
    if (said_len == 0) {
        report_text_add_part(junit->builder, &junit->message, body, body_len);
        return;
    }
    report_text_add_part(junit->builder, &junit->message, said, said_len);
    if (said_len != body_len || memcmp(said, body, said_len) != 0)
        report_text_add_part(junit->builder, &junit->output, body, body_len);
}

static void end_part(struct junit *junit, enum element element)
{
    static const enum cupel_report_outcome outcomes[] = {
        [ELEMENT_FAILURE] = CUPEL_REPORT_FAILED,
        [ELEMENT_ERROR] = CUPEL_REPORT_ERRORED,
        [ELEMENT_SKIPPED] = CUPEL_REPORT_SKIPPED,
    };

    if (element == ELEMENT_SYSTEM_OUT || element == ELEMENT_SYSTEM_ERR) {
        report_text_add_part(junit->builder, &junit->output, junit->body.bytes,
                             junit->body.len);
        return;
    }
    if (outcomes[element] > junit->test->outcome)
        report_set_outcome(junit->test, outcomes[element]);
    add_said(junit);
}

static void end_case(struct junit *junit)
{
    struct level *suite = &junit->levels[junit->depth - 1];

    report_set_text(junit->builder, &junit->message, &junit->test->message);
    report_set_text(junit->builder, &junit->output, &junit->test->output);
    suite->written++;
    suite->passed += junit->test->outcome == CUPEL_REPORT_PASSED;
    junit->test = NULL;
}

/*
 * cmocka writes what a test compares as it is, "]]>" too, which lets the text that a learner's
 * program printed close its element and open others. What the suite counts was not written by
 * that text. pytest counts a test that fails, and breaks when it is taken down, as one test,
 * and writes two.
 */
static void end_suite(struct junit *junit, const struct level *level, size_t offset)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    const char *name = cupel_text_excerpt(level->name != NULL ? level->name : "", excerpt);
    uint64_t failed = most(level->failures, level->errors);
    uint64_t twice = level->failures + level->errors - failed;

    if (level->tests == COUNT_UNKNOWN)
        return;
    if (level->written > level->tests && level->written - level->tests > twice)
        (void)report_fail_at(junit->builder, offset,
                             "suite \"%s\" has %ju tests, but counts %ju", name,
                             (uintmax_t)level->written, (uintmax_t)level->tests);
    else if (level->passed > 0 &&
             (failed > level->tests || level->passed > level->tests - failed))
        (void)report_fail_at(
            junit->builder, offset,
            "of suite \"%s\" %ju tests pass, but it counts %ju tests and %ju that do not", name,
            (uintmax_t)level->passed, (uintmax_t)level->tests, (uintmax_t)failed);
}

static void end(void *reader, size_t offset)
{
    struct junit *junit = reader;
    struct level *level = &junit->levels[--junit->depth];

    if (holds_tests(level))
        end_suite(junit, level, offset);
    else if (level->element == ELEMENT_CASE)
        end_case(junit);
    else if (is_part_of_case(level->element))
        end_part(junit, level->element);
    if (level->owns_name)
        free(level->name);
}

static void text(void *reader, const char *bytes, size_t len)
{
    struct junit *junit = reader;

    if (is_part_of_case(junit->levels[junit->depth - 1].element))
        report_text_add(junit->builder, &junit->body, bytes, len);
}

int report_read_junit(struct report_builder *builder)
{
    static const struct report_xml_handler handler = {start, end, text};
    struct junit *junit = calloc(1, sizeof(*junit));

    if (junit == NULL)
        return report_fail_memory(builder);
    junit->builder = builder;
    junit->message.max = CUPEL_REPORT_MESSAGE_MAX;
    junit->output.max = CUPEL_REPORT_OUTPUT_MAX;
    junit->body.max = CUPEL_REPORT_OUTPUT_MAX;
    int r = report_xml_read(builder, &handler, junit);
    while (junit->depth-- > 0) {
        if (junit->levels[junit->depth].owns_name)
            free(junit->levels[junit->depth].name);
    }
    report_text_free(&junit->message);
    report_text_free(&junit->output);
    report_text_free(&junit->body);
    free(junit->said);
    free(junit->type);
    free(junit);
    return r;
}
