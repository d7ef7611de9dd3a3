#include "cli/events.h"

#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "cli/cli.h"
#include "cupel/cleanup.h"
#include "cupel/render.h"

static bool may_write(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY; /* O_PATH comes with O_RDONLY */
}

bool cli_events_parse(const char *command, const char *text, int *ret)
{
    uint64_t fd = 0;

    if (!cupel_cli_parse_number(text, STDERR_FILENO + 1, INT_MAX, &fd) || !may_write((int)fd) ||
        fcntl((int)fd, F_SETFD, FD_CLOEXEC) < 0) {
        (void)cupel_cli_usage(
            command, "--events %s: expected a descriptor from 3 on that is open for writing",
            text);
        return false;
    }
    *ret = (int)fd;
    return true;
}

void cli_events_init(struct cli_events *events, int fd, enum cupel_view view,
                     const struct cupel_grader *grader)
{
    *events = (struct cli_events){
        .view = view, .builds = grader->build_count, .tests = grader->test_count};
    cli_relay_init(&events->relay, NULL, fd);
}

/* A new reference, NULL if memory ran out. */
static json_t *event_of(const struct cli_events *events, size_t done, size_t total,
                        const char *id, const struct cupel_test_result *test)
{
    json_t *json = json_pack("{s:s, s:I, s:I}", "event", test != NULL ? "test" : "build",
                             "done", (json_int_t)done, "total", (json_int_t)total);
    json_t *what = test != NULL ? cupel_render_test(test, events->view) : json_string(id);

    if (json_object_set_new(json, test != NULL ? "test" : "id", what) == 0)
        return json;
    json_decref(json);
    return NULL;
}

void cli_events_step(struct cli_events *events, size_t done, size_t total, const char *id,
                     const struct cupel_test_result *test)
{
    if (events->relay.source.fd < 0)
        return;
    /* Of the judge's build steps, which come between those two, learners know nothing. */
    if (events->view == CUPEL_VIEW_LEARNER) {
        size_t judges = total - events->builds - events->tests;
        if (test == NULL && done > events->builds)
            return;
        if (test != NULL)
            done -= judges;
        total -= judges;
    }
    json_t *json = event_of(events, done, total, id, test);
    CUPEL_AUTO_FREE char *line = json != NULL ? cupel_render_json_line(json) : NULL;
    json_decref(json);
    if (line != NULL)
        cli_relay_put(&events->relay, line, strlen(line));
}

void cli_events_end(struct cli_events *events)
{
    (void)!cli_relay_finish(&events->relay); /* the result tells the same again */
    cli_relay_clear(&events->relay);
}
