#include "render/words.h"

#include <stdint.h>
#include <stdio.h>

#include "render/json.h"
#include "render/view.h"

const char *words_points(const double *score, double max_score, bool bonus,
                         char buf[static WORDS_POINTS_SIZE])
{
    const char *sign = bonus ? "+" : "";

    if (score != NULL)
        (void)snprintf(buf, WORDS_POINTS_SIZE, "%.10g / %s%.10g", *score, sign, max_score);
    else
        (void)snprintf(buf, WORDS_POINTS_SIZE, "? / %s%.10g", sign, max_score);
    return buf;
}

void words_put_score(struct page *page, const struct cupel_result *result, enum cupel_view view)
{
    double score = render_score(result, view);
    double max_score = render_max_score(result, view);

    page_format(page, "%.10g of %.10g points", score, max_score);
    if (max_score > 0) {
        /* Cut, not rounded: 100% is all points. */
        double tenths = score / max_score * 1000 + 1e-6;
        page_format(page, " (%.10g%%)", (double)(uint64_t)tenths / 10);
    }
}

void words_put_status(struct page *page, const struct cupel_result *result,
                      enum cupel_view view)
{
    static const char *const words[] = {
        [CUPEL_STATUS_GRADED] = "",
        [CUPEL_STATUS_REJECTED] = "submission rejected, ",
        [CUPEL_STATUS_GRADER_ERROR] = "the grader is at fault, no score",
        [CUPEL_STATUS_PLATFORM_ERROR] = "the platform failed, no score",
    };

    page_format(page, "%s", words[result->status]);
    if (render_is_scored(result))
        words_put_score(page, result, view);
}

void words_put_tally(struct page *page, const struct cupel_result *result, enum cupel_view view)
{
    size_t counts[CUPEL_VERDICT_ERROR + 1] = {0};
    size_t hidden = 0;

    for (size_t i = 0; i < result->test_count; i++) {
        const struct cupel_test_result *test = &result->tests[i];
        if (!render_shows_test(test, view))
            hidden++;
        else
            counts[test->verdict]++;
    }
    const char *separator = "";
    for (size_t i = 0; i <= CUPEL_VERDICT_ERROR; i++) {
        if (counts[i] == 0)
            continue;
        page_format(page, "%s%zu %s", separator, counts[i], cupel_verdict_names[i]);
        separator = ", ";
    }
    if (hidden > 0)
        page_format(page, "%s%zu hidden", separator, hidden);
}

const char *words_message(const struct cupel_test_result *test)
{
    if (test->message != NULL || test->reason == CUPEL_REASON_NONE)
        return test->message;
    if (test->reason == CUPEL_REASON_BUILD_FAILED)
        return "not run: a build step failed";
    return cupel_reason_names[test->reason];
}

static bool tells_layers(bool ran, const struct cupel_outcome *run)
{
    return ran && run->status != CUPEL_RUN_SANDBOX_ERROR;
}

/* What all runs of a result share: their cell. NULL if nothing ran. */
static const struct cupel_enforcement *enforcement_of(const struct cupel_result *result)
{
    for (size_t i = 0; i < result->test_count; i++) {
        if (tells_layers(render_has_run(&result->tests[i]), &result->tests[i].run))
            return &result->tests[i].run.enforcement;
    }
    for (size_t i = 0; i < result->build_count; i++) {
        if (tells_layers(result->builds[i].ran, &result->builds[i].run))
            return &result->builds[i].run.enforcement;
    }
    return NULL;
}

static const char *mechanism_of(enum cupel_mechanism mechanism)
{
    const char *name = render_mechanism_name(mechanism);

    return name != NULL ? name : "nothing";
}

const char *words_layers(const struct cupel_result *result, char buf[static WORDS_LAYERS_SIZE])
{
    const struct cupel_enforcement *layers = enforcement_of(result);
    char landlock[32] = "no Landlock";

    if (layers == NULL)
        return NULL;
    if (layers->landlock_abi > 0)
        (void)snprintf(landlock, sizeof(landlock), "Landlock ABI %d", layers->landlock_abi);
    (void)snprintf(buf, WORDS_LAYERS_SIZE,
                   "%suser namespace, %sseccomp, %s; memory by %s, processes by %s, "
                   "CPU by %s",
                   layers->user_namespace ? "" : "no ",
                   layers->seccomp_sha256[0] != '\0' ? "" : "no ", landlock,
                   mechanism_of(layers->memory), mechanism_of(layers->processes),
                   mechanism_of(layers->cpu));
    return buf;
}
