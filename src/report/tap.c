/*
 * TAP: a plan, and lines of tests, in between whatever else a harness prints. Subtests stand
 * before the line of the test that they are of, four spaces further in.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "report/builder.h"
#include "report/tap_line.h"
#include "report/tap_notes.h"

#define INDENT 4

struct level {
    size_t first;   /* index of its first test */
    size_t count;   /* of its own tests */
    size_t planned; /* if it has a plan */
    bool has_plan;
    bool has_ended; /* the plan came after the tests */
};

struct tap {
    struct report_builder *builder;
    struct level levels[CUPEL_REPORT_DEPTH_MAX];
    size_t depth;  /* index of the innermost */
    bool has_test; /* the last of the report's tests may be followed by notes */
    bool in_yaml;  /* whose lines stand yaml_indent further in */
    size_t yaml_indent;
    size_t yaml_at;
    struct tap_notes notes;
    size_t at; /* offset of the line */
    bool bailed_out;
};

static void end_notes(struct tap *tap)
{
    if (tap->has_test)
        tap_notes_give(&tap->notes,
                       &tap->builder->report.tests[tap->builder->report.count - 1]);
    tap->has_test = false;
}

static void check_plan(struct tap *tap, const struct level *level, const char *whose)
{
    if (!level->has_plan)
        report_set_incomplete(tap->builder, "%s has no plan", whose);
    else if (level->count < level->planned)
        report_set_incomplete(tap->builder, "%s has a plan of %zu tests, and %zu of them",
                              whose, level->planned, level->count);
}

/* Ids are clean already; one that was cut stays as it is, since it is longer than any that a
 * grader can declare. */
static void prefix_id(struct tap *tap, const char *prefix, char **id)
{
    char *longer = NULL;

    if (strlen(*id) > CUPEL_REPORT_ID_MAX)
        return;
    if (asprintf(&longer, "%s > %s", prefix, *id) < 0) {
        (void)report_fail_memory(tap->builder);
        return;
    }
    size_t len = strlen(longer);
    if (len > CUPEL_REPORT_ID_MAX) {
        char *cut = report_make_id(tap->builder, longer, len);
        free(longer);
        longer = cut;
    }
    if (longer == NULL)
        return;
    free(*id);
    *id = longer;
}

/* The test that was added last is the one that the innermost level's tests are of. */
static void close_subtests(struct tap *tap)
{
    struct cupel_report *report = &tap->builder->report;
    const struct level *level = &tap->levels[tap->depth--];

    check_plan(tap, level, "a subtest");
    for (size_t i = level->first; i + 1 < report->count; i++)
        prefix_id(tap, report->tests[report->count - 1].id, &report->tests[i].id);
}

static bool open_level(struct tap *tap, size_t level)
{
    if (level == CUPEL_REPORT_DEPTH_MAX) {
        (void)report_fail_at(tap->builder, tap->at, "subtests are nested more than %d deep",
                             CUPEL_REPORT_DEPTH_MAX);
        return false;
    }
    tap->levels[level] = (struct level){.first = tap->builder->report.count};
    tap->depth = level;
    return true;
}

/* Whether the line belongs to a level that is open, or that it opens. */
static bool enter_level(struct tap *tap, const struct tap_line *line)
{
    size_t level = line->indent / INDENT;

    if (line->indent % INDENT != 0 || level > tap->depth + 1)
        return false;
    if (level < tap->depth && !(level == tap->depth - 1 && line->kind == TAP_TEST)) {
        (void)report_fail_at(tap->builder, tap->at,
                             "a subtest ends without a line \"ok\" or \"not ok\", indented by "
                             "%zu spaces, of its own",
                             INDENT * (tap->depth - 1));
        return false;
    }
    return level <= tap->depth || open_level(tap, level);
}

/* "# Subtest: name" announces a test of its own level, after others that are further in. */
static void read_comment(struct tap *tap, const struct tap_line *line)
{
    static const char announcement[] = "Subtest";
    size_t level = line->indent / INDENT;

    if (line->len < strlen(announcement) ||
        memcmp(line->text, announcement, strlen(announcement)) != 0) {
        if (tap->has_test)
            tap_notes_add_comment(&tap->notes, line->text, line->len);
        return;
    }
    end_notes(tap);
    if (line->indent % INDENT == 0 && level == tap->depth + 1)
        (void)open_level(tap, level);
}

static void read_plan(struct tap *tap, const struct tap_line *line)
{
    struct level *level = &tap->levels[tap->depth];

    if (level->has_plan)
        (void)report_fail_at(tap->builder, tap->at, "a second plan");
    else if (level->count > line->number)
        (void)report_fail_at(tap->builder, tap->at, "a plan of %zu tests after %zu of them",
                             line->number, level->count);
    level->has_plan = true;
    level->has_ended = level->count > 0;
    level->planned = line->number;
}

/* The id: the description, in which \# and \\ stand for # and \, or else the number. */
static void set_id(struct tap *tap, const struct tap_line *line, size_t number,
                   struct cupel_report_test *test)
{
    char digits[24];
    CUPEL_AUTO_FREE char *plain = malloc(line->len + 1);
    size_t len = 0;

    if (plain == NULL) {
        (void)report_fail_memory(tap->builder);
        return;
    }
    for (size_t i = 0; i < line->len; i++) {
        if (line->text[i] == '\\' && i + 1 < line->len &&
            (line->text[i + 1] == '#' || line->text[i + 1] == '\\'))
            i++;
        plain[len++] = line->text[i];
    }
    if (len > 0) {
        test->id = report_make_id(tap->builder, plain, len);
        return;
    }
    (void)snprintf(digits, sizeof(digits), "%zu", number);
    test->id = report_make_id(tap->builder, digits, strlen(digits));
}

static void set_outcome(struct tap *tap, const struct tap_line *line,
                        struct cupel_report_test *test)
{
    struct report_text reason = {.max = CUPEL_REPORT_MESSAGE_MAX};

    if (line->directive == TAP_SKIP || (line->directive == TAP_TODO && !line->ok))
        report_set_outcome(test, CUPEL_REPORT_SKIPPED);
    else if (!line->ok)
        report_set_outcome(test, CUPEL_REPORT_FAILED);
    if (test->outcome != CUPEL_REPORT_SKIPPED)
        return;
    report_text_add(tap->builder, &reason, line->reason, line->reason_len);
    report_set_text(tap->builder, &reason, &test->message);
    report_text_free(&reason);
}

static void read_test(struct tap *tap, const struct tap_line *line)
{
    bool is_parent = line->indent / INDENT < tap->depth;
    struct level *level = &tap->levels[is_parent ? tap->depth - 1 : tap->depth];
    size_t number = ++level->count;

    if (line->number != 0 && line->number != number)
        (void)report_fail_at(tap->builder, tap->at, "expected test number %zu, found %zu",
                             number, line->number);
    else if (level->has_ended)
        (void)report_fail_at(tap->builder, tap->at, "a test behind the plan at the end");
    else if (level->has_plan && number > level->planned)
        (void)report_fail_at(tap->builder, tap->at, "more tests than the %zu of the plan",
                             level->planned);
    struct cupel_report_test *test = report_add(tap->builder, tap->at);
    if (test == NULL)
        return;
    set_id(tap, line, number, test);
    set_outcome(tap, line, test);
    tap->has_test = true;
    if (is_parent && tap->builder->failure == 0)
        close_subtests(tap);
}

static void read_version(struct tap *tap, const struct tap_line *line)
{
    if (line->number != 13 && line->number != 14)
        (void)report_fail_at(tap->builder, tap->at, "TAP version %zu; known are 13 and 14",
                             line->number);
}

static void bail_out(struct tap *tap, const struct tap_line *line)
{
    struct report_text text = {.max = CUPEL_REPORT_MESSAGE_MAX};
    char *reason = NULL;

    report_text_add(tap->builder, &text, line->text, line->len);
    report_set_text(tap->builder, &text, &reason);
    report_text_free(&text);
    report_set_incomplete(tap->builder, "it bailed out%s%s", reason != NULL ? ": " : "",
                          reason != NULL ? reason : "");
    free(reason);
    tap->bailed_out = true;
}

/* A block that ends without "..." has lost lines. */
static void read_yaml(struct tap *tap, const struct tap_line *line, const char *bytes,
                      size_t len)
{
    bool is_blank = line->kind == TAP_OTHER && line->len == 0;

    if (line->indent == tap->yaml_indent && line->len == 3 && memcmp(line->text, "...", 3) == 0)
        tap->in_yaml = false;
    else if (line->indent < tap->yaml_indent && !is_blank)
        (void)report_fail_at(tap->builder, tap->yaml_at,
                             "the block of YAML that starts here does not end with \"...\"");
    else if (tap->has_test)
        tap_notes_add_yaml(&tap->notes, bytes + (is_blank ? len : tap->yaml_indent),
                           is_blank ? 0 : len - tap->yaml_indent);
}

static void start_yaml(struct tap *tap, const struct tap_line *line)
{
    size_t base = INDENT * tap->depth;

    if (!tap->has_test || line->indent <= base || line->indent >= base + INDENT)
        return;
    tap->in_yaml = true;
    tap->yaml_indent = line->indent;
    tap->yaml_at = tap->at;
}

static void read_line(struct tap *tap, const char *bytes, size_t len)
{
    struct tap_line line = tap_line_parse(bytes, len);

    if (tap->in_yaml) {
        read_yaml(tap, &line, bytes, len);
        return;
    }
    switch (line.kind) {
    case TAP_PLAN:
    case TAP_TEST:
        if (!enter_level(tap, &line))
            return;
        end_notes(tap);
        if (line.kind == TAP_PLAN)
            read_plan(tap, &line);
        else
            read_test(tap, &line);
        return;
    case TAP_VERSION:
        read_version(tap, &line);
        return;
    case TAP_BAIL_OUT:
        bail_out(tap, &line);
        return;
    case TAP_COMMENT:
        read_comment(tap, &line);
        return;
    case TAP_YAML:
        start_yaml(tap, &line);
        return;
    case TAP_OTHER:
        return;
    }
}

/* Tests whose parent's line has not come belong to nobody, and could pass for others. */
static void finish(struct tap *tap)
{
    end_notes(tap);
    if (tap->in_yaml)
        report_set_incomplete(tap->builder, "it ends within a block of YAML");
    if (tap->depth > 0) {
        report_drop(tap->builder, tap->levels[1].first);
        report_set_incomplete(tap->builder, "it ends within a subtest");
    }
    check_plan(tap, &tap->levels[0], "it");
    if (tap->builder->text[tap->builder->len - 1] != '\n')
        report_set_incomplete(tap->builder, "its last line has no line feed");
}

int report_read_tap(struct report_builder *builder)
{
    struct tap tap = {.builder = builder};
    const char *end = builder->text + builder->len;

    if (builder->len == 0) {
        report_set_incomplete(builder, "it is empty");
        return builder->failure;
    }
    tap_notes_init(&tap.notes, builder);
    for (const char *p = builder->text; p < end && builder->failure == 0 && !tap.bailed_out;) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        size_t len = (size_t)((stop != NULL ? stop : end) - p);
        tap.at = (size_t)(p - builder->text);
        read_line(&tap, p, len);
        p += len + 1;
    }
    if (builder->failure == 0)
        finish(&tap);
    tap_notes_free(&tap.notes);
    return builder->failure;
}
