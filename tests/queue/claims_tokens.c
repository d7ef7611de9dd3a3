/* claims_tokens URL: who may use the service. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "claims.h"
#include "queue/sql.h"
#include "queue/tokens.h"

/* The caller's to free. */
static char *add(struct cupel_queue *queue, enum cupel_role role, const char *course,
                 int64_t expires_us)
{
    struct cupel_error err = {0};
    char *text = NULL;

    if (cupel_queue_add_token(queue, role, course, "ann", expires_us, NULL, &text, &err) < 0)
        fail_msg("%s", err.text);
    return text;
}

static struct cupel_token whose(struct cupel_queue *queue, const char *text)
{
    struct cupel_token token = {.id = NULL};
    struct cupel_error err = {0};

    if (cupel_queue_check_token(queue, text, &token, &err) < 0)
        fail_msg("%s", err.text);
    return token;
}

/* In the same words, whatever is wrong. */
static void assert_refused(struct cupel_queue *queue, const char *text)
{
    struct cupel_token token = {.id = NULL};
    struct cupel_error err = {0};

    assert_int_equal(cupel_queue_check_token(queue, text, &token, &err), -EACCES);
    assert_string_equal(err.text, "the token is not valid, or no longer");
    assert_null(token.id);
}

static void a_token_tells_whom_it_is(void **state)
{
    int64_t before_us = claims_now_us();
    int64_t expires_us = before_us + 60 * INT64_C(1000000);
    char *staff = add(*state, CUPEL_ROLE_STAFF, "c1", expires_us);
    char *auditor = add(*state, CUPEL_ROLE_AUDITOR, NULL, 0);

    struct cupel_token token = whose(*state, staff);
    assert_int_equal(strlen(token.id), 8);
    assert_int_equal(token.role, CUPEL_ROLE_STAFF);
    assert_string_equal(token.course, "c1");
    assert_string_equal(token.name, "ann");
    assert_int_equal(token.expires_us, expires_us);
    assert_true(token.created_us >= before_us);
    assert_int_equal(token.revoked_us, 0);
    cupel_token_clear(&token);
    token = whose(*state, auditor);
    assert_int_equal(token.role, CUPEL_ROLE_AUDITOR);
    assert_null(token.course);
    assert_int_equal(token.expires_us, 0);
    cupel_token_clear(&token);
    assert_string_not_equal(staff, auditor);
    free(staff);
    free(auditor);
}

static void a_secret_is_kept_nowhere(void **state)
{
    char *text = add(*state, CUPEL_ROLE_PLATFORM, NULL, 0);
    struct cupel_error err = {0};
    struct sql *sql = NULL;
    SQL_AUTO_ROWS *rows = NULL;

    struct sql_value secret = sql_text(text + strlen("cupel_12345678_"));
    assert_int_equal(strlen(secret.bytes), 64);
    assert_int_equal(sql_open(claims_url, &sql, &err), 0);
    assert_int_equal(sql_query(sql, "SELECT 1 FROM tokens WHERE hash = $1 OR id = $1", &secret,
                               1, &rows, NULL, &err),
                     0);
    assert_int_equal(sql_count(rows), 0);
    sql_close(sql);
    free(text);
}

static void what_is_not_the_token_is_refused(void **state)
{
    static const char *const others[] = {"", "cupel_", "cupel_00000000", "cupel__", "Bearer x"};
    char *text = add(*state, CUPEL_ROLE_PLATFORM, NULL, 0);
    size_t len = strlen(text);
    char wrong[128];

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_refused(*state, others[i]);
    for (size_t i = 0; i < len; i++) { /* prefix, id, secret: any one letter */
        (void)snprintf(wrong, sizeof(wrong), "%s", text);
        wrong[i] = wrong[i] == '0' ? '1' : '0';
        assert_refused(*state, wrong);
    }
    (void)snprintf(wrong, sizeof(wrong), "%s0", text);
    assert_refused(*state, wrong);
    (void)snprintf(wrong, sizeof(wrong), "%.*s", (int)len - 1, text);
    assert_refused(*state, wrong);
    struct cupel_token token = whose(*state, text);
    cupel_token_clear(&token);
    free(text);
}

static void a_token_that_has_expired_is_refused(void **state)
{
    char *text = add(*state, CUPEL_ROLE_PLATFORM, NULL, claims_now_us() + SECOND / 4);

    claims_sleep(SECOND / 4 + 1000);
    assert_refused(*state, text);
    free(text);
}

static void a_token_expires_at_a_time_to_come(void **state)
{
    struct cupel_token_list list;
    struct cupel_token token = {.id = NULL};
    struct cupel_error err = {0};
    char *text = NULL;

    assert_int_equal(cupel_queue_add_token(*state, CUPEL_ROLE_PLATFORM, NULL, "ann",
                                           claims_now_us() - 1, &token, &text, &err),
                     -EINVAL);
    assert_null(text);
    assert_null(token.id);
    assert_int_equal(cupel_queue_list_tokens(*state, &list, &err), 0);
    assert_int_equal(list.count, 0);
    cupel_token_list_clear(&list);
    int64_t expires_us = claims_now_us() + SECOND;
    assert_int_equal(cupel_queue_add_token(*state, CUPEL_ROLE_PLATFORM, NULL, "ann", expires_us,
                                           &token, &text, &err),
                     0);
    assert_int_equal(token.expires_us, expires_us);
    assert_int_equal(token.used_us, 0);
    assert_memory_equal(text + strlen("cupel_"), token.id, strlen(token.id));
    cupel_token_clear(&token);
    free(text);
}

static void who_it_is_is_told_where_its_use_cannot_be_noted(void **state)
{
    char *first = add(*state, CUPEL_ROLE_PLATFORM, NULL, 0);
    char *second = add(*state, CUPEL_ROLE_AUDITOR, NULL, 0);

    struct cupel_token token = whose(*state, first);
    cupel_token_clear(&token);
    claims_change("CREATE UNIQUE INDEX one_use ON tokens ((used IS NULL))");
    token = whose(*state, second);
    assert_int_equal(token.role, CUPEL_ROLE_AUDITOR);
    cupel_token_clear(&token);
    claims_change("DROP INDEX one_use");
    free(first);
    free(second);
}

static void a_token_that_was_revoked_is_refused(void **state)
{
    char *text = add(*state, CUPEL_ROLE_PLATFORM, NULL, 0);
    struct cupel_token_list list = {.count = 0};
    struct cupel_error err = {0};

    struct cupel_token token = whose(*state, text);
    assert_int_equal(cupel_queue_revoke_token(*state, token.id, &err), 0);
    assert_refused(*state, text);
    assert_int_equal(cupel_queue_list_tokens(*state, &list, &err), 0);
    assert_int_equal(list.count, 1);
    int64_t revoked_us = list.items[0].revoked_us;
    assert_true(revoked_us > 0);
    cupel_token_list_clear(&list);
    assert_int_equal(cupel_queue_revoke_token(*state, token.id, &err), 0);
    assert_int_equal(cupel_queue_list_tokens(*state, &list, &err), 0);
    assert_int_equal(list.items[0].revoked_us, revoked_us);
    assert_int_equal(cupel_queue_revoke_token(*state, "nobody", &err), -ENOENT);
    cupel_token_list_clear(&list);
    cupel_token_clear(&token);
    free(text);
}

static int64_t used_us(struct cupel_queue *queue)
{
    struct cupel_token_list list = {.count = 0};
    struct cupel_error err = {0};

    assert_int_equal(cupel_queue_list_tokens(queue, &list, &err), 0);
    assert_int_equal(list.count, 1);
    int64_t used = list.items[0].used_us;
    cupel_token_list_clear(&list);
    return used;
}

static void use_is_noted_once_a_minute(void **state)
{
    char *text = add(*state, CUPEL_ROLE_PLATFORM, NULL, 0);

    assert_int_equal(used_us(*state), 0);
    struct cupel_token token = whose(*state, text);
    cupel_token_clear(&token);
    int64_t first_us = used_us(*state);
    assert_true(first_us > 0);
    token = whose(*state, text);
    cupel_token_clear(&token);
    assert_int_equal(used_us(*state), first_us);
    claims_change("UPDATE tokens SET used = used - 61000000");
    token = whose(*state, text);
    cupel_token_clear(&token);
    assert_true(used_us(*state) > first_us);
    free(text);
}

static void a_token_is_of_a_course_if_it_is_staffs(void **state)
{
    struct cupel_error err = {0};
    char *text = NULL;

    assert_int_equal(
        cupel_queue_add_token(*state, CUPEL_ROLE_STAFF, NULL, "ann", 0, NULL, &text, &err),
        -EINVAL);
    assert_int_equal(
        cupel_queue_add_token(*state, CUPEL_ROLE_STAFF, "", "ann", 0, NULL, &text, &err),
        -EINVAL);
    assert_int_equal(
        cupel_queue_add_token(*state, CUPEL_ROLE_PLATFORM, "c1", "ann", 0, NULL, &text, &err),
        -EINVAL);
    assert_int_equal(
        cupel_queue_add_token(*state, CUPEL_ROLE_AUDITOR, "c1", "ann", 0, NULL, &text, &err),
        -EINVAL);
    assert_int_equal(
        cupel_queue_add_token(*state, CUPEL_ROLE_PLATFORM, NULL, "", 0, NULL, &text, &err),
        -EINVAL);
    assert_null(text);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CLAIM(a_token_tells_whom_it_is),
        CLAIM(a_secret_is_kept_nowhere),
        CLAIM(what_is_not_the_token_is_refused),
        CLAIM(a_token_that_has_expired_is_refused),
        CLAIM(a_token_expires_at_a_time_to_come),
        CLAIM(who_it_is_is_told_where_its_use_cannot_be_noted),
        CLAIM(a_token_that_was_revoked_is_refused),
        CLAIM(use_is_noted_once_a_minute),
        CLAIM(a_token_is_of_a_course_if_it_is_staffs),
    };

    return claims_take_url(argc, argv)
               ? cmocka_run_group_tests_name("queue.tokens", tests, NULL, NULL)
               : 2;
}
