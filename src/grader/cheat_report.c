#include "grader/cheat_report.h"

#include <stdio.h>
#include <stdlib.h>

#include "cupel/report.h"
#include "grader/cheat_program.h"

/* A report is head, each test (its id between the two parts) and tail. */
struct form {
    const char *head;
    const char *before;
    const char *after;
    const char *between;
    const char *tail; /* NULL: a plan of TAP */
    void (*put_id)(FILE *out, const char *id);
};

const struct cupel_grader_harness *cupel_cheat_target(const struct cupel_grader *grader)
{
    for (size_t i = 0; i < grader->harness_count; i++) {
        if (grader->harnesses[i].in_process)
            return &grader->harnesses[i];
    }
    return grader->harness_count > 0 ? &grader->harnesses[0] : NULL;
}

static void put_xml(FILE *out, const char *id)
{
    for (; *id != '\0'; id++) {
        if (*id == '&' || *id == '<' || *id == '"')
            (void)fprintf(out, "&#%d;", *id);
        else
            (void)fputc(*id, out);
    }
}

static void put_tap(FILE *out, const char *id)
{
    for (; *id != '\0'; id++) {
        if (*id == '#' || *id == '\\')
            (void)fputc('\\', out);
        (void)fputc(*id, out);
    }
}

static const struct form forms[] = {
    [CUPEL_REPORT_JUNIT] = {"<testsuites><testsuite>", "<testcase name=\"", "\"/>", "",
                            "</testsuite></testsuites>\n", put_xml},
    [CUPEL_REPORT_TAP] = {"TAP version 13\n", "ok - ", "\n", "", NULL, put_tap},
    [CUPEL_REPORT_GTEST_JSON] = {"{\"testsuites\": [{\"name\": \"\", \"testsuite\": [",
                                 "{\"result\": \"COMPLETED\", \"status\": \"RUN\", \"name\": ",
                                 "}", ", ", "]}]}\n", cupel_cheat_put_literal},
    [CUPEL_REPORT_CTEST] = {"<Site><Testing>", "<Test Status=\"passed\"><Name>",
                            "</Name></Test>", "", "</Testing></Site>\n", put_xml},
    [CUPEL_REPORT_JSON] = {"{\"schema\": \"cupel.report/1\", \"tests\": [", "{\"id\": ",
                           ", \"outcome\": \"passed\"}", ", ", "]}\n", cupel_cheat_put_literal},
    [CUPEL_REPORT_EXIT_CODE] = {"", "", "", "", "", put_tap},
};

char *cupel_cheat_report(const struct cupel_grader *grader,
                         const struct cupel_grader_harness *harness)
{
    const struct form *form = &forms[harness->report];
    char *text = NULL;
    size_t len = 0;

    FILE *out = open_memstream(&text, &len);
    if (out == NULL)
        return NULL;
    (void)fputs(form->head, out);
    for (size_t i = 0; i < harness->test_count; i++) {
        (void)fprintf(out, "%s%s", i > 0 ? form->between : "", form->before);
        form->put_id(out, grader->tests[harness->first_test + i].step.id);
        (void)fputs(form->after, out);
    }
    if (form->tail != NULL)
        (void)fputs(form->tail, out);
    else
        (void)fprintf(out, "1..%zu\n", harness->test_count);
    bool failed = ferror(out) != 0;
    if (fclose(out) == 0 && !failed)
        return text;
    free(text);
    return NULL;
}
