/* Findings as they are put together, and what they come to. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/doctor.h"
#include "cupel/policy.h"

const char *const doctor_state_names[] = {"enforced", "fall-back", "missing"};

static char *format(const char *fmt, va_list ap) CUPEL_PRINTF(1, 0);

static char *format(const char *fmt, va_list ap)
{
    char *text = NULL;

    return vasprintf(&text, fmt, ap) < 0 ? NULL : text;
}

struct doctor_finding *doctor_add(struct doctor_report *report, const char *layer,
                                  enum doctor_state state, const char *by, const char *why, ...)
{
    struct doctor_finding *finding = &report->findings[report->count];
    va_list ap;

    if (report->count < DOCTOR_FINDINGS_MAX - 1)
        report->count++;
    va_start(ap, why);
    *finding = (struct doctor_finding){
        .layer = layer, .state = state, .by = by, .why = format(why, ap)};
    va_end(ap);
    if (finding->why == NULL)
        report->out_of_memory = true;
    return finding;
}

void doctor_mend(struct doctor_report *report, struct doctor_finding *finding, const char *when,
                 const char *lines, ...)
{
    va_list ap;

    if (finding->mend_count == DOCTOR_MENDS_MAX)
        return;
    struct doctor_mend *mend = &finding->mends[finding->mend_count++];
    va_start(ap, lines);
    *mend = (struct doctor_mend){.when = when, .lines = format(lines, ap)};
    va_end(ap);
    if (mend->lines == NULL)
        report->out_of_memory = true;
}

const struct doctor_finding *doctor_find(const struct doctor_report *report, const char *layer)
{
    for (size_t i = 0; i < report->count; i++) {
        if (strcmp(report->findings[i].layer, layer) == 0)
            return &report->findings[i];
    }
    return NULL;
}

void doctor_report_clear(struct doctor_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        struct doctor_finding *finding = &report->findings[i];
        for (size_t k = 0; k < finding->mend_count; k++)
            free(finding->mends[k].lines);
        free(finding->why);
    }
    report->count = 0;
}

bool doctor_is_content(const struct doctor_report *report, unsigned require)
{
    for (size_t i = 0; i < report->count; i++) {
        const struct doctor_finding *finding = &report->findings[i];
        if (finding->state == DOCTOR_MISSING && !finding->optional)
            return false;
    }
    for (unsigned layer = 0; layer < CUPEL_LAYER_COUNT; layer++) {
        const struct doctor_finding *finding = doctor_find(report, cupel_layer_names[layer]);
        if ((require & 1U << layer) != 0 &&
            (finding == NULL || finding->state != DOCTOR_ENFORCED))
            return false;
    }
    return true;
}
