/* What other systems tell an autograder of submission and assignment. Nothing is known here of
 * who handed in and when it was due: as of a course with one learner, and a date that does not
 * come. A grader's own file says more. */
#include <stdio.h>
#include <time.h>

#include <jansson.h>

#include "grader/compat.h"

#define RELEASED "2000-01-01T00:00:00.000000+00:00"
#define DUE      "2099-12-31T23:59:59.000000+00:00"

/* NULL: no memory. */
static json_t *gradescope(const struct cupel_grader *grader, const struct timespec *started_at)
{
    const char *title = grader->title != NULL ? grader->title : grader->name;
    char created[64] = RELEASED;
    char points[32];
    struct tm utc;

    if (gmtime_r(&started_at->tv_sec, &utc) != NULL)
        (void)strftime(created, sizeof(created), "%Y-%m-%dT%H:%M:%S.000000+00:00", &utc);
    (void)snprintf(points, sizeof(points), "%.1f", grader->scoring.points);
    return json_pack(
        "{s:i, s:s, s:{s:s, s:i, s:b, s:i, s:i, s:n, s:s, s:s, s:s}, s:s, "
        "s:[{s:s, s:i, s:s}], s:[]}",
        "id", 1, "created_at", created, "assignment", "due_date", DUE, "group_size", 1,
        "group_submission", 0, "id", 1, "course_id", 1, "late_due_date", "release_date",
        RELEASED, "title", title, "total_points", points, "submission_method", "upload",
        "users", "email", "learner@example.invalid", "id", 1, "name", "Learner",
        "previous_submissions");
}

/* As above. The files are in /grade/student alone. */
static json_t *prairielearn(void)
{
    return json_pack(
        "{s:{}, s:{}, s:{}, s:{}, s:{}, s:{}, s:i, s:{}, s:s, s:{}, s:b, s:s, s:b}", "params",
        "correct_answers", "submitted_answers", "raw_submitted_answers", "format_errors",
        "partial_scores", "score", 0, "feedback", "variant_seed", "1", "options", "editable", 0,
        "panel", "submission", "gradable", 1);
}

char *compat_metadata(const struct cupel_grader *grader, const struct timespec *started_at)
{
    bool is_gradescope = grader->compat->kind == CUPEL_FOREIGN_GRADESCOPE;
    json_t *json = is_gradescope ? gradescope(grader, started_at) : prairielearn();
    char *text = json != NULL ? json_dumps(json, JSON_INDENT(2)) : NULL;

    json_decref(json);
    return text;
}
