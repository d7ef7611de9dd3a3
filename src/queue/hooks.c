#include "queue/hooks.h"

#include "queue/queue_internal.h"

int hooks_note_end(struct sql *sql, int64_t job, struct cupel_error *err)
{
    const struct sql_value parameter = sql_int(job);

    return sql_query(sql,
                     "INSERT INTO deliveries (hook, job, created, next)"
                     " SELECT h.name, j.id, {now}, {now} FROM jobs j, hooks h"
                     " WHERE j.id = $1 AND (h.course IS NULL OR h.course = j.course)",
                     &parameter, 1, NULL, NULL, err);
}
