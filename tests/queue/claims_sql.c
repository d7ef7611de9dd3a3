/* claims_sql URL: one text of SQL, whatever the database. */
#include "claims.h"
#include "queue/sql.h"

/* A database that infers a null's type has to do so again for what comes there next. */
static void a_null_says_nothing_of_the_next_value(void **state)
{
    static const char text[] = "SELECT coalesce(1 + $1, 0)";
    const struct sql_value values[] = {sql_null(), sql_int(INT64_C(1) << 40), sql_null()};
    const int64_t sums[] = {0, (INT64_C(1) << 40) + 1, 0};
    struct cupel_error err = {0};
    struct sql *sql = NULL;

    (void)state;
    assert_int_equal(sql_open(claims_url, &sql, &err), 0);
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        SQL_AUTO_ROWS *rows = NULL;
        if (sql_query(sql, text, &values[i], 1, &rows, NULL, &err) < 0)
            fail_msg("%s", err.text);
        assert_true(sql_get_int(rows, 0, 0) == sums[i]);
    }
    sql_close(sql);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CLAIM(a_null_says_nothing_of_the_next_value),
    };

    return claims_take_url(argc, argv)
               ? cmocka_run_group_tests_name("queue.sql", tests, NULL, NULL)
               : 2;
}
