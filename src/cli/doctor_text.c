/* A report for people: a line of facts, a line a layer, and then a script of the mends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/doctor.h"

#define WIDTH  100
#define INDENT 27 /* of what is said of a layer */

/* Where folded text begins on each line, and how far it has come. */
struct column {
    const char *prefix; /* of lines but the first */
    size_t start;
    size_t now;
};

static void put_words(FILE *out, const char *text, struct column *column)
{
    while (*text != '\0') {
        size_t len = strcspn(text, " ");
        if (column->now > column->start && column->now + 1 + len > WIDTH) {
            (void)fprintf(out, "\n%s", column->prefix);
            column->now = column->start;
        } else if (column->now > column->start) {
            (void)fputc(' ', out);
            column->now++;
        }
        (void)fwrite(text, 1, len, out);
        column->now += len;
        text += len + (text[len] == ' ');
    }
}

static void put_hierarchy(FILE *out, const struct doctor_host *host)
{
    const char *before = host->hierarchy == DOCTOR_HYBRID ? ": version 1 has " : ": it has ";

    (void)fprintf(out, "; control groups: %s", doctor_hierarchy_names[host->hierarchy]);
    for (size_t i = 0; i < host->version_1.count; i++)
        (void)fprintf(out, "%s%s", i == 0 ? before : ", ", host->version_1.names[i]);
}

static void put_host(FILE *out, const struct doctor_host *host)
{
    (void)fprintf(out, "Linux %s, %s, %s", host->release, host->machine,
                  host->uid == 0 ? "root" : "user");
    put_hierarchy(out, host);
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
    struct column column = {.prefix = indent, .start = INDENT, .now = INDENT};

    memset(indent, ' ', INDENT);
    indent[INDENT] = '\0';
    (void)fprintf(out, "%-14s  %-9s  ", finding->layer, doctor_state_names[finding->state]);
    if (finding->by != NULL) {
        put_words(out, finding->by, &column);
        (void)fputc(':', out);
    }
    put_words(out, finding->why, &column);
    if (finding->see != NULL) {
        put_words(out, "(see", &column);
        put_words(out, finding->see, &column);
        (void)fputc(')', out);
    }
    (void)fputc('\n', out);
}

/* Comments and commands, so that a block can be pasted as it is. */
static void put_mends(FILE *out, const struct doctor_finding *finding)
{
    for (size_t i = 0; i < finding->mend_count; i++) {
        struct column column = {.prefix = "#   ", .start = 4, .now = 4};
        (void)fputs("\n# ", out);
        put_words(out, finding->layer, &column);
        (void)fputc(':', out);
        put_words(out, finding->mends[i].when, &column);
        (void)fprintf(out, "\n%s", finding->mends[i].lines);
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
