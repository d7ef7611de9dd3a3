/* The tables, and their versions. */
#ifndef CUPEL_QUEUE_SCHEMA_H
#define CUPEL_QUEUE_SCHEMA_H

#include "queue/sql.h"

/*
 * Make the tables, or bring them forward to this version; all or nothing, and one at a time.
 * Returns 0; -EPROTONOSUPPORT, and nothing is changed, if they are of a later version; as
 * sql_transact().
 */
CUPEL_MUST_CHECK int schema_migrate(struct sql *sql, struct cupel_error *err);

#endif
