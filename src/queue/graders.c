#include "queue/graders.h"

#include "queue/queue_internal.h"

const char *const cupel_grader_state_names[] = {[CUPEL_GRADER_CHECKING] = "checking",
                                                [CUPEL_GRADER_LIVE] = "live",
                                                [CUPEL_GRADER_REFUSED] = "refused",
                                                [CUPEL_GRADER_RETIRED] = "retired",
                                                [CUPEL_GRADER_STATES] = NULL};

/* A version is live if its check passed and no later one is. */
int graders_note_end(struct sql *sql, int64_t job, struct cupel_error *err)
{
    static const char refuse[] =
        "UPDATE graders SET state = 2, why = (SELECT coalesce(j.why, j.status, 'cancelled')"
        "  FROM jobs j WHERE j.id = $1)"
        " WHERE check_job = $1 AND state = 0 AND NOT EXISTS (SELECT 1 FROM jobs j"
        "  WHERE j.id = $1 AND j.state = 3 AND j.status = 'passed')";
    static const char retire[] =
        "UPDATE graders SET state = 3 WHERE state = 1 AND name = (SELECT g.name FROM graders g"
        "  WHERE g.check_job = $1 AND g.state = 0 AND g.number > graders.number)";
    static const char publish[] =
        "UPDATE graders SET state = CASE WHEN EXISTS (SELECT 1 FROM graders g"
        "  WHERE g.name = graders.name AND g.state = 1) THEN 3 ELSE 1 END"
        " WHERE check_job = $1 AND state = 0";
    static const char *const steps[] = {refuse, retire, publish};
    const struct sql_value parameter = sql_int(job);
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof(steps) / sizeof(steps[0]); i++)
        r = sql_query(sql, steps[i], &parameter, 1, NULL, NULL, err);
    return r;
}
