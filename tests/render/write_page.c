/*
 * Prints a page of HTML: of the named sample, for the named view; or, named "text", of a result
 * whose every text from outside is what standard input holds.
 */
#include <stdio.h>

#include "../unit/render_samples.h"
#include "cupel/cleanup.h"
#include "cupel/render.h"
#include "cupel/text.h"

static struct cupel_result graded(void)
{
    struct cupel_result result = sample_graded();

    sample_denied(&result.tests[1].run);
    result.tests[1].in_process = true;
    result.harnesses = zeroed(1, sizeof(*result.harnesses));
    result.harness_count = 1;
    result.harnesses[0] = (struct cupel_harness_result){.id = copy("units"),
                                                        .in_process = true,
                                                        .ran = true,
                                                        .withheld = true,
                                                        .output = copy("said\n"),
                                                        .message = copy("gave up: that tells"),
                                                        .run = sample_run()};
    return result;
}

static struct cupel_result from_text(const char *text)
{
    struct cupel_result result = sample_judged();
    sample_denied(&result.tests[1].run);
    char **texts[] = {&result.grader_name,
                      &result.grader_version,
                      &result.message,
                      &result.warnings[0],
                      &result.builds[0].id,
                      &result.builds[0].output,
                      &result.builds[0].message,
                      &result.tests[0].id,
                      &result.tests[0].title,
                      &result.tests[0].output,
                      &result.tests[0].message,
                      &result.tests[0].difference,
                      &result.penalties[1].id,
                      &result.leaderboard[0].name,
                      &result.groups[0].id,
                      &result.groups[0].tests[0],
                      &result.groups[0].title,
                      &result.judge_builds[0].id,
                      &result.judge_builds[0].output,
                      &result.judge_builds[0].message,
                      &result.harnesses[0].id,
                      &result.harnesses[0].output,
                      &result.harnesses[0].message};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        free(*texts[i]);
        *texts[i] = copy(text);
    }
    return result;
}

static struct cupel_result read_text(void)
{
    static char bytes[1 << 16];
    CUPEL_AUTO_FREE char *clean = NULL;
    size_t len = fread(bytes, 1, sizeof(bytes), stdin);

    if (cupel_text_clean(bytes, len, sizeof(bytes), &clean) < 0)
        abort();
    return from_text(clean);
}

static struct cupel_result named(const char *name)
{
    if (strcmp(name, "graded") == 0)
        return graded();
    if (strcmp(name, "judged") == 0)
        return sample_judged();
    if (strcmp(name, "not-built") == 0)
        return sample_not_built();
    if (strcmp(name, "rejected") == 0)
        return sample_rejected();
    if (strcmp(name, "platform-error") == 0)
        return sample_platform_error();
    return read_text();
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return EXIT_FAILURE;
    struct cupel_result result = named(argv[1]);
    enum cupel_view view =
        strcmp(argv[2], "learner") == 0 ? CUPEL_VIEW_LEARNER : CUPEL_VIEW_STAFF;
    CUPEL_AUTO_FREE char *page = cupel_render_result_html(&result, view);
    cupel_result_clear(&result);
    return page != NULL && fputs(page, stdout) != EOF ? EXIT_SUCCESS : EXIT_FAILURE;
}
