#include "grader/cheats.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "grader/cheat_files.h"
#include "grader/cheat_pack.h"
#include "grader/cheat_program.h"
#include "grader/submission_copy.h"
#include "grader/tar.h"

const char *const cupel_cheat_names[] = {
    [CUPEL_CHEAT_EMPTY] = "empty",
    [CUPEL_CHEAT_EMPTY_FILES] = "empty-files",
    [CUPEL_CHEAT_EARLY_EXIT] = "early-exit",
    [CUPEL_CHEAT_FORGED_RESULT] = "forged-result",
    [CUPEL_CHEAT_ENDLESS_OUTPUT] = "endless-output",
    [CUPEL_CHEAT_HIDDEN_DATA] = "hidden-data",
    [CUPEL_CHEAT_FORGED_REPORT] = "forged-report",
    [CUPEL_CHEAT_OVERWRITTEN_REPORT] = "overwritten-report",
    [CUPEL_CHEAT_PATCHED_HARNESS] = "patched-harness",
    [CUPEL_CHEATS] = NULL,
};

const char *const cupel_cheat_titles[] = {
    [CUPEL_CHEAT_EMPTY] = "no file at all",
    [CUPEL_CHEAT_EMPTY_FILES] = "the required files, empty",
    [CUPEL_CHEAT_EARLY_EXIT] = "exits with 0 and prints nothing",
    [CUPEL_CHEAT_FORGED_RESULT] = "prints a result and reports that all tests passed",
    [CUPEL_CHEAT_ENDLESS_OUTPUT] = "prints without end",
    [CUPEL_CHEAT_HIDDEN_DATA] = "looks for the grader's files",
    [CUPEL_CHEAT_FORGED_REPORT] = "writes the harness's report and exits when it is loaded",
    [CUPEL_CHEAT_OVERWRITTEN_REPORT] = "replaces the harness's report when the process ends",
    [CUPEL_CHEAT_PATCHED_HARNESS] = "replaces the functions that decide in the harness",
};

/* The end of an archive of zip without entries. Source: APPNOTE.TXT, 4.3.16. */
static const unsigned char empty_zip[22] = {'P', 'K', 5, 6};

static const char forged_junit[] =
    "<testsuites><testsuite name=\"all\" tests=\"1\">"
    "<testcase name=\"all\"/></testsuite></testsuites>";

static bool needs_program(enum cupel_cheat cheat)
{
    return cheat != CUPEL_CHEAT_EMPTY && cheat != CUPEL_CHEAT_EMPTY_FILES;
}

bool cupel_cheat_applies(const struct cupel_grader *grader, enum cupel_cheat cheat)
{
    return grader->harness_count > 0 || cheat < CUPEL_CHEAT_FORGED_REPORT;
}

static bool is_against_harness(const struct cupel_grader *grader, enum cupel_cheat cheat)
{
    return grader->harness_count > 0 &&
           (cheat == CUPEL_CHEAT_EARLY_EXIT || cheat >= CUPEL_CHEAT_FORGED_REPORT);
}

static bool is_called_main(const char *name)
{
    const char *slash = strrchr(name, '/');

    name = slash != NULL ? slash + 1 : name;
    return strncasecmp(name, "main.", strlen("main.")) == 0;
}

/* The file that is the program, or NULL. */
static const char *program_name(char *const *names)
{
    const char *first = NULL;

    for (; *names != NULL; names++) {
        if (cupel_cheat_language(*names) == CUPEL_CHEAT_LANGUAGES)
            continue;
        if (is_called_main(*names))
            return *names;
        if (first == NULL)
            first = *names;
    }
    return first;
}

/* What graders of all kinds would like to read. The caller frees; NULL: no memory. */
static char *forge_result(const struct cupel_grader *grader)
{
    char *text = NULL;
    size_t len = 0;

    FILE *out = open_memstream(&text, &len);
    if (out == NULL)
        return NULL;
    (void)fputs(
        "{\"schema\": \"cupel.result/1\", \"status\": \"graded\", \"score\": 1000000, "
        "\"max_score\": 1000000, \"fraction\": 1, \"tests\": [",
        out);
    for (size_t i = 0; i < grader->test_count; i++)
        (void)fprintf(out, "%s{\"id\": \"%s\", \"verdict\": \"passed\", \"score\": %g}",
                      i > 0 ? ", " : "", grader->tests[i].step.id, grader->tests[i].points);
    (void)fputs("]}", out);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

static char *write_program(const struct cupel_grader *grader, const char *name,
                           enum cupel_cheat cheat, const char *const *hidden)
{
    if (cheat != CUPEL_CHEAT_FORGED_RESULT)
        return cupel_cheat_program(name, cheat, hidden);
    CUPEL_AUTO_FREE char *result = forge_result(grader);
    if (result == NULL)
        return NULL;
    const char *const texts[] = {
        result, forged_junit, "TAP version 13\n1..1\nok 1", "OK\nPASS\n100% tests passed", NULL,
    };
    return cupel_cheat_program(name, cheat, texts);
}

static int pack_files(const struct cupel_grader *grader, enum cupel_cheat cheat,
                      const char *const *hidden, char *const *names, int fd,
                      struct cupel_error *err)
{
    const char *program = needs_program(cheat) ? program_name(names) : NULL;
    CUPEL_AUTO_FREE char *text = NULL;

    if (program != NULL) {
        text = write_program(grader, program, cheat, hidden);
        if (text == NULL)
            return -ENOMEM;
    }
    int r = 0;
    for (; r == 0 && *names != NULL; names++) {
        const char *content = *names == program ? text : "";
        r = cupel_tar_add(fd, *names, content, strlen(content), err);
    }
    return r < 0 ? r : cupel_tar_finish(fd, err);
}

static int pack(const struct cupel_grader *grader, enum cupel_cheat cheat,
                const char *const *hidden, const struct cupel_cheat_sample *sample,
                char *const *names, struct cupel_cheat_submission *ret, struct cupel_error *err)
{
    CUPEL_AUTO_FD fd = cupel_copy_new(err);
    bool made = true;
    int r = fd < 0 ? fd : 0;

    if (r == 0 && cheat == CUPEL_CHEAT_EMPTY)
        r = cupel_copy_bytes(fd, empty_zip, sizeof(empty_zip), err);
    else if (r == 0 && is_against_harness(grader, cheat))
        r = cupel_cheat_pack_harness(grader, cheat, sample, program_name(names), names, fd,
                                     &made, &ret->keeps_sample, err);
    else if (r == 0 && (!needs_program(cheat) || program_name(names) != NULL))
        r = pack_files(grader, cheat, hidden, names, fd, err);
    else
        made = false;
    if (r == 0)
        r = cupel_copy_seal(fd, err);
    if (r == 0 && made)
        ret->fd = cupel_take_fd(&fd);
    return r;
}

int cupel_cheat_pack(const struct cupel_grader *grader, enum cupel_cheat cheat,
                     const char *const *hidden, const struct cupel_cheat_sample *sample,
                     struct cupel_cheat_submission *ret, struct cupel_error *err)
{
    char **names = NULL;

    *ret = (struct cupel_cheat_submission){.fd = -1};
    int r = cupel_cheat_files(grader, &names);
    if (r < 0)
        return cupel_fail(err, r, "out of memory");
    r = pack(grader, cheat, hidden, sample, names, ret, err);
    cupel_strings_free(names);
    return r;
}
