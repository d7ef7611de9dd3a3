#include "queue/queue_internal.h"

int job_ended(struct sql *sql, int64_t id, struct cupel_error *err)
{
    const struct sql_value job = sql_int(id);

    int r = sql_query(sql, "DELETE FROM events WHERE job = $1", &job, 1, NULL, NULL, err);
    if (r == 0)
        r = graders_note_end(sql, id, err);
    return r == 0 ? hooks_note_end(sql, id, err) : r;
}
