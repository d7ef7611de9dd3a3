/* A report for people: a line of facts, a line a layer, and then a script of the mends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/doctor.h"

#define WIDTH  100
#define INDENT 27 /* of what is said of a layer */

/* Words of text from column on, folded at WIDTH; ends the line. */
static void put_folded(FILE *out, const char *text, const char *prefix, size_t column)
{
    size_t start = column;

    while (*text != '\0') {
        size_t len = strcspn(text, " ");
        if (column > start && column + 1 + len > WIDTH) {
            (void)fprintf(out, "\n%s", prefix);
            column = start;
        } else if (column > start) {
            (void)fputc(' ', out);
            column++;
        }
        (void)fwrite(text, 1, len, out);
        column += len;
        text += len + (text[len] == ' ');
    }
    (void)fputc('\n', out);
}

static void put_host(FILE *out, const struct doctor_host *host)
{
    (void)fprintf(out, "Linux %s, %s, %s; control groups: %s", host->release, host->machine,
                  host->uid == 0 ? "root" : "user", doctor_hierarchy_names[host->hierarchy]);
    for (size_t i = 0; i < host->version_1.count; i++)
        (void)fprintf(out, "%s%s",
                      i > 0                              ? ", "
                      : host->hierarchy == DOCTOR_HYBRID ? ", version 1 has "
                                                         : ", which has ",
                      host->version_1.names[i]);
    if (host->systemd)
        (void)fprintf(out, "; systemd%s%s", host->systemd_version[0] != '\0' ? " " : "",
                      host->systemd_version);
    if (host->container_name[0] != '\0')
        (void)fprintf(out, "; container: %s", host->container_name);
    (void)fputs("\n\n", out);
}

static void put_finding(FILE *out, const struct doctor_finding *finding)
{
    char indent[INDENT + 1];
    char text[4096];

    memset(indent, ' ', INDENT);
    indent[INDENT] = '\0';
    (void)snprintf(text, sizeof(text), "%s%s%s%s%s%s", finding->by != NULL ? finding->by : "",
                   finding->by != NULL ? ": " : "", finding->why,
                   finding->see != NULL ? " (see " : "",
                   finding->see != NULL ? finding->see : "", finding->see != NULL ? ")" : "");
    (void)fprintf(out, "%-14s  %-9s  ", finding->layer, doctor_state_names[finding->state]);
    put_folded(out, text, indent, INDENT);
}

/* Comments and commands, so that a block can be pasted as it is. */
static void put_mends(FILE *out, const struct doctor_finding *finding)
{
    for (size_t i = 0; i < finding->mend_count; i++) {
        (void)fprintf(out, "\n# %s: ", finding->layer);
        put_folded(out, finding->mends[i].when, "#   ", 4 + strlen(finding->layer));
        (void)fputs(finding->mends[i].lines, out);
    }
}

typedef void put_fn(FILE *out, const struct doctor_report *report);

static char *put_to_text(const struct doctor_report *report, put_fn *put)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = report->out_of_memory ? NULL : open_memstream(&text, &len);

    if (out == NULL)
        return NULL;
    put(out, report);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

static void put_all_mends(FILE *out, const struct doctor_report *report)
{
    for (size_t i = 0; i < report->count; i++)
        put_mends(out, &report->findings[i]);
}

static void put_all(FILE *out, const struct doctor_report *report)
{
    put_host(out, &report->host);
    for (size_t i = 0; i < report->count; i++)
        put_finding(out, &report->findings[i]);
    put_all_mends(out, report);
}

char *doctor_text(const struct doctor_report *report)
{
    return put_to_text(report, put_all);
}

char *doctor_mends_text(const struct doctor_report *report)
{
    return put_to_text(report, put_all_mends);
}
