/*
 * CTest's own Test.xml (ctest -T Test): Site/Testing/Test with Name, and Results of named
 * measurements and one without name, which is the output.
 */
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/text.h"
#include "report/xml.h"

enum element {
    ELEMENT_OTHER,
    ELEMENT_SITE,
    ELEMENT_TESTING,
    ELEMENT_TEST,
    ELEMENT_NAME,
    ELEMENT_RESULTS,
    ELEMENT_NAMED,
    ELEMENT_MEASUREMENT,
    ELEMENT_NAMED_VALUE,
    ELEMENT_VALUE,
};

/* Which tag is which element, below which other. Tests of TestList are a list of names. */
static const struct {
    const char *name;
    enum element parent;
    enum element element;
} places[] = {
    {"Site", ELEMENT_OTHER, ELEMENT_SITE},
    {"Testing", ELEMENT_SITE, ELEMENT_TESTING},
    {"Test", ELEMENT_TESTING, ELEMENT_TEST},
    {"Name", ELEMENT_TEST, ELEMENT_NAME},
    {"Results", ELEMENT_TEST, ELEMENT_RESULTS},
    {"NamedMeasurement", ELEMENT_RESULTS, ELEMENT_NAMED},
    {"Measurement", ELEMENT_RESULTS, ELEMENT_MEASUREMENT},
    {"Value", ELEMENT_NAMED, ELEMENT_NAMED_VALUE},
    {"Value", ELEMENT_MEASUREMENT, ELEMENT_VALUE},
};

/* The measurements that are of use. */
enum named { NAMED_TIME, NAMED_EXIT_CODE, NAMED_EXIT_VALUE, NAMED_COMPLETION, NAMED_COUNT };

static const char *const named_names[] = {
    [NAMED_TIME] = "Execution Time",
    [NAMED_EXIT_CODE] = "Exit Code",
    [NAMED_EXIT_VALUE] = "Exit Value",
    [NAMED_COMPLETION] = "Completion Status",
};

struct ctest {
    struct report_builder *builder;
    enum element levels[CUPEL_REPORT_DEPTH_MAX];
    size_t depth;
    struct cupel_report_test *test; /* within Test */
    enum named named;               /* NAMED_COUNT: none of them */
    struct report_text name;
    struct report_text values[NAMED_COUNT];
    struct report_text output;
    bool has_testing;
    bool is_packed; /* the output, in base64 */
};

static void start_test(struct ctest *ctest, const char *const *attributes, size_t offset)
{
    static const char *const names[] = {"passed", "failed", "notrun"};
    static const enum cupel_report_outcome outcomes[] = {
        CUPEL_REPORT_PASSED, CUPEL_REPORT_FAILED, CUPEL_REPORT_SKIPPED};
    const char *status = report_xml_attribute(attributes, "Status");

    ctest->test = report_add(ctest->builder, offset);
    if (ctest->test == NULL)
        return;
    report_text_reset(&ctest->name);
    report_text_reset(&ctest->output);
    for (size_t i = 0; i < NAMED_COUNT; i++)
        report_text_reset(&ctest->values[i]);
    for (size_t i = 0; status != NULL && i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(status, names[i]) == 0) {
            report_set_outcome(ctest->test, outcomes[i]);
            return;
        }
    }
    (void)report_fail_at(ctest->builder, offset,
                         "expected Status \"passed\", \"failed\" or \"notrun\" of <Test>");
}

static void start_named(struct ctest *ctest, const char *const *attributes)
{
    const char *name = report_xml_attribute(attributes, "name");

    for (ctest->named = 0; ctest->named < NAMED_COUNT; ctest->named++) {
        if (name != NULL && strcmp(name, named_names[ctest->named]) == 0)
            return;
    }
}

static void start(void *reader, const char *name, const char *const *attributes, size_t offset)
{
    struct ctest *ctest = reader;
    enum element parent = ctest->depth > 0 ? ctest->levels[ctest->depth - 1] : ELEMENT_OTHER;
    enum element element = ELEMENT_OTHER;
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        bool fits =
            places[i].parent == parent && (parent != ELEMENT_OTHER || ctest->depth == 0);
        if (fits && strcmp(places[i].name, name) == 0)
            element = places[i].element;
    }
    ctest->levels[ctest->depth++] = element;
    if (ctest->depth == 1 && element != ELEMENT_SITE)
        (void)report_fail_at(ctest->builder, offset, "expected <Site>, found <%s>",
                             cupel_text_excerpt(name, excerpt));
    else if (element == ELEMENT_TESTING)
        ctest->has_testing = true;
    else if (element == ELEMENT_TEST)
        start_test(ctest, attributes, offset);
    else if (element == ELEMENT_NAMED)
        start_named(ctest, attributes);
    else if (element == ELEMENT_VALUE)
        ctest->is_packed = report_xml_attribute(attributes, "encoding") != NULL;
}

/* "SEGFAULT", "Failed, exit value 3", "Unable to find executable". */
static void set_message(struct ctest *ctest)
{
    struct report_builder *builder = ctest->builder;
    bool failed = ctest->test->outcome == CUPEL_REPORT_FAILED;
    struct report_text *message = &ctest->values[failed ? NAMED_EXIT_CODE : NAMED_COMPLETION];
    const struct report_text *value = &ctest->values[NAMED_EXIT_VALUE];

    if (failed && value->len > 0 && (value->len != 1 || value->bytes[0] != '0')) {
        report_text_add(builder, message, ", exit value ", strlen(", exit value "));
        report_text_add(builder, message, value->bytes, value->len);
    }
    report_set_text(builder, message, &ctest->test->message);
}

static void end_test(struct ctest *ctest, size_t offset)
{
    static const char packed[] = "[packed; ctest writes it plainly with --no-compress-output]";
    struct report_builder *builder = ctest->builder;
    struct report_text *seconds = &ctest->values[NAMED_TIME];

    ctest->test->id = report_make_id(builder, ctest->name.bytes, ctest->name.len);
    if (ctest->test->id != NULL && ctest->test->id[0] == '\0')
        (void)report_fail_at(builder, offset, "<Test> has no <Name>");
    report_text_add(builder, seconds, "", 1);
    if (builder->failure < 0)
        return;
    ctest->test->seconds = report_parse_seconds(seconds->bytes, "");
    if (ctest->test->outcome != CUPEL_REPORT_PASSED)
        set_message(ctest);
    if (ctest->is_packed) {
        report_text_reset(&ctest->output);
        report_text_add(builder, &ctest->output, packed, strlen(packed));
    }
    report_set_text(builder, &ctest->output, &ctest->test->output);
    ctest->is_packed = false;
}

static void end(void *reader, size_t offset)
{
    struct ctest *ctest = reader;

    if (ctest->levels[--ctest->depth] == ELEMENT_TEST)
        end_test(ctest, offset);
    else if (ctest->depth == 0 && !ctest->has_testing)
        (void)report_fail_at(ctest->builder, offset, "<Site> has no <Testing>");
}

static void text(void *reader, const char *bytes, size_t len)
{
    struct ctest *ctest = reader;
    enum element element = ctest->levels[ctest->depth - 1];

    if (element == ELEMENT_NAME)
        report_text_add(ctest->builder, &ctest->name, bytes, len);
    else if (element == ELEMENT_NAMED_VALUE && ctest->named < NAMED_COUNT)
        report_text_add(ctest->builder, &ctest->values[ctest->named], bytes, len);
    else if (element == ELEMENT_VALUE)
        report_text_add(ctest->builder, &ctest->output, bytes, len);
}

int report_read_ctest(struct report_builder *builder)
{
    static const struct report_xml_handler handler = {start, end, text};
    struct ctest *ctest = calloc(1, sizeof(*ctest));

    if (ctest == NULL)
        return report_fail_memory(builder);
    ctest->builder = builder;
    ctest->name.max = CUPEL_REPORT_OUTPUT_MAX;
    ctest->output.max = CUPEL_REPORT_OUTPUT_MAX;
    for (size_t i = 0; i < NAMED_COUNT; i++)
        ctest->values[i].max = CUPEL_REPORT_MESSAGE_MAX;
    int r = report_xml_read(builder, &handler, ctest);
    report_text_free(&ctest->name);
    report_text_free(&ctest->output);
    for (size_t i = 0; i < NAMED_COUNT; i++)
        report_text_free(&ctest->values[i]);
    free(ctest);
    return r;
}
