/* What forms of pages do, and who may send them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "page_case.h"
#include "queue/graders.h"
#include "queue/regrades.h"
#include "service/page.h"

static const struct fake_pair nothing = {NULL, NULL};

static enum cupel_job_state state_of(const struct filled *filled, int64_t id)
{
    struct cupel_job *job = NULL;
    struct cupel_error err = {0};

    assert_int_equal(cupel_queue_get(filled->queue, id, &job, &err), 0);
    enum cupel_job_state state = job->state;
    cupel_job_free(job);
    return state;
}

static int64_t live_version(const struct filled *filled)
{
    struct cupel_grader_version version = {.number = 0};
    struct cupel_error err = {0};

    assert_int_equal(cupel_queue_get_grader(filled->queue, "fib", 0, &version, &err), 0);
    int64_t number = version.number;
    cupel_grader_version_clear(&version);
    return number;
}

static enum cupel_regrade_state regrade_state(const struct filled *filled)
{
    struct cupel_regrade regrade = {.id = 0};
    struct cupel_error err = {0};

    assert_int_equal(cupel_queue_get_regrade(filled->queue, filled->regrade, &regrade, &err),
                     0);
    enum cupel_regrade_state state = regrade.state;
    cupel_regrade_clear(&regrade);
    return state;
}

static void forms_of_other_sites_are_refused(void **state)
{
    static const struct fake_pair foreign[][4] = {
        {{"Host", "cupel.example"}, {"Origin", "https://evil.example"}},
        {{"Host", "cupel.example"}, {"Origin", "https://cupel.example.evil"}},
        {{"Host", "cupel.example"}, {"Origin", "https://cupel.example:81"}},
        {{"Host", "cupel.example"}, {"Origin", "null"}},
        {{"Origin", "https://cupel.example"}},
        {{"Host", "cupel.example"},
         {"Origin", "https://cupel.example"},
         {"Sec-Fetch-Site", "cross-site"}},
        {{"Host", "cupel.example"}, {"Sec-Fetch-Site", "cross-site"}},
        {{"Host", "cupel.example"}, {"Sec-Fetch-Site", "same-site"}},
        {{"Host", "cupel.example"}, {"Sec-Fetch-Site", "none"}}};
    struct filled *filled = *state;

    for (size_t i = 0; i < page_routes.count; i++) {
        const struct http_route *route = &page_routes.items[i];
        if (strcmp(route->method, "POST") != 0)
            continue;
        for (size_t j = 0; j < sizeof(foreign) / sizeof(foreign[0]); j++) {
            struct fake_request fake = {
                .method = "POST", .path = route->pattern, .who = &platform};
            struct http_answer answer;
            struct cupel_error err = {0};
            memcpy(fake.headers, foreign[j], sizeof(foreign[j]));
            assert_int_equal(fake_serve(&page_routes, filled->queue, &fake, &answer, &err),
                             -EACCES);
            assert_non_null(strstr(err.text, "from elsewhere"));
            fake_answer_clear(&answer);
        }
    }
}

static void
forms_of_ours_are_taken_also_behind_a_proxy_and_of_clients_that_tell_nothing(void **state)
{
    static const struct fake_pair own[][3] = {
        {{NULL, NULL}},
        {{"Host", "Cupel.example:80"}, {"Origin", "http://cupel.example:80"}},
        {{"Host", "127.0.0.1:8470"},
         {"Origin", "https://cupel.example"},
         {"Sec-Fetch-Site", "same-origin"}}};
    struct filled *filled = *state;

    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        struct fake_request fake = {.method = "POST", .path = "/logout", .who = &staff};
        struct http_answer answer;
        struct cupel_error err = {0};
        memcpy(fake.headers, own[i], sizeof(own[i]));
        assert_int_equal(fake_serve(&page_routes, filled->queue, &fake, &answer, &err), 0);
        assert_int_equal(answer.status, 303);
        fake_answer_clear(&answer);
    }
}

static void a_job_is_cancelled_by_its_staff_and_by_no_one_else(void **state)
{
    struct filled *filled = *state;
    char path[PATH_SIZE];

    (void)path_of("jobs", filled->waiting, "/cancel", path);
    assert_int_equal(post(filled, &others, path, nothing), -ENOENT);
    assert_int_equal(post(filled, &auditor, path, nothing), -EACCES);
    assert_int_equal(state_of(filled, filled->waiting), CUPEL_JOB_WAITING);
    assert_int_equal(post(filled, &staff, path, nothing), 303);
    assert_int_equal(state_of(filled, filled->waiting), CUPEL_JOB_CANCELLED);
}

static void a_dead_job_is_retried_by_its_staff_and_by_no_one_else(void **state)
{
    struct filled *filled = *state;
    char path[PATH_SIZE];

    (void)path_of("jobs", filled->dead, "/retry", path);
    assert_int_equal(post(filled, &others, path, nothing), -ENOENT);
    assert_int_equal(post(filled, &auditor, path, nothing), -EACCES);
    assert_int_equal(state_of(filled, filled->dead), CUPEL_JOB_DEAD);
    assert_int_equal(post(filled, &staff, path, nothing), 303);
    assert_int_equal(state_of(filled, filled->dead), CUPEL_JOB_READY);
    assert_int_equal(post(filled, &staff, path, nothing), -EBUSY);
}

static void a_grader_is_rolled_back_by_its_staff(void **state)
{
    static const struct fake_pair bad[] = {
        {"version", "x"}, {"version", "0"}, {"version", "1x"}, {NULL, NULL}};
    static const struct fake_pair first = {"version", "1"};
    struct filled *filled = *state;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(post(filled, &staff, "/graders/fib/live", bad[i]), -EINVAL);
    assert_int_equal(post(filled, &auditor, "/graders/fib/live", first), -EACCES);
    assert_int_equal(post(filled, &others, "/graders/fib/live", first), -ENOENT);
    assert_int_equal(live_version(filled), 2);
    assert_int_equal(post(filled, &staff, "/graders/fib/live", first), 303);
    assert_int_equal(live_version(filled), 1);
}

static void a_regrade_is_published_once_all_has_ended(void **state)
{
    struct filled *filled = *state;
    char page[PATH_SIZE];
    char path[PATH_SIZE];

    (void)path_of("regrades", filled->regrade, "", page);
    (void)path_of("regrades", filled->regrade, "/publish", path);
    CUPEL_AUTO_FREE char *before = get_page(filled, &staff, page);
    assert_null(strstr(before, "Publish this regrade"));
    assert_non_null(strstr(before, "Withdraw this regrade"));
    assert_non_null(strstr(before, "<td class=\"n\">new</td>")); /* there was no score */
    assert_int_equal(post(filled, &staff, path, nothing), -EBUSY);
    fill_end_regrade(filled);
    CUPEL_AUTO_FREE char *after = get_page(filled, &staff, page);
    assert_non_null(strstr(after, "Publish this regrade"));
    CUPEL_AUTO_FREE char *audited = get_page(filled, &auditor, page);
    assert_null(strstr(audited, "Publish this regrade"));
    assert_null(strstr(audited, "Withdraw this regrade"));
    assert_int_equal(post(filled, &auditor, path, nothing), -EACCES);
    assert_int_equal(post(filled, &others, path, nothing), -ENOENT);
    assert_int_equal(regrade_state(filled), CUPEL_REGRADE_OPEN);
    assert_int_equal(post(filled, &staff, path, nothing), 303);
    assert_int_equal(regrade_state(filled), CUPEL_REGRADE_PUBLISHED);
}

static void another_maximum_is_no_same_score(void **state)
{
    struct filled *filled = *state;
    char path[PATH_SIZE];

    CUPEL_AUTO_FREE char *page =
        get_page(filled, &staff, path_of("regrades", filled->regrade, "", path));
    assert_non_null(strstr(page,
                           "<td class=\"n\">10 / 10</td><td class=\"n\">10 / 20</td>"
                           "<td class=\"n\"><span class=\"lower\">100 % → 50 %</span></td>"));
    assert_null(strstr(page, ">same<"));
}

static void what_becomes_of_a_regrade_is_asked_on_a_page_that_stays(void **state)
{
    static const char *const verbs[] = {"publish", "withdraw"};
    struct filled *filled = *state;
    char action[PATH_SIZE];
    char form[128];
    char path[PATH_SIZE];

    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(action, sizeof(action), "/%s", verbs[i]);
        (void)path_of("regrades", filled->regrade, action, path);
        (void)snprintf(form, sizeof(form), "method=\"post\" action=\"%s\"", path);
        CUPEL_AUTO_FREE char *page = get_page(filled, &staff, path);
        assert_non_null(strstr(page, form));
        assert_null(strstr(page, "http-equiv"));
        assert_int_equal(get_error(filled, &auditor, path), -EACCES);
        assert_int_equal(get_error(filled, &others, path), -ENOENT);
    }
    assert_int_equal(regrade_state(filled), CUPEL_REGRADE_OPEN);
}

static void a_regrade_is_withdrawn(void **state)
{
    struct filled *filled = *state;
    char path[PATH_SIZE];

    (void)path_of("regrades", filled->regrade, "/withdraw", path);
    assert_int_equal(post(filled, &staff, path, nothing), 303);
    assert_int_equal(regrade_state(filled), CUPEL_REGRADE_WITHDRAWN);
}

static void log_in(struct filled *filled, const char *token, bool is_secure,
                   struct http_answer *ret)
{
    const struct fake_request fake = {
        .method = "POST", .path = "/login", .is_secure = is_secure, .form = {{"token", token}}};
    struct cupel_error err = {0};

    assert_int_equal(fake_serve(&page_routes, filled->queue, &fake, ret, &err), 0);
}

static void a_token_becomes_a_cookie_that_scripts_and_other_sites_do_not_get(void **state)
{
    struct filled *filled = *state;
    struct http_answer answer;
    struct cupel_error err = {0};
    char *token = NULL;
    char pasted[256];
    char cookie[512];

    assert_int_equal(cupel_queue_add_token(filled->queue, CUPEL_ROLE_AUDITOR, NULL, "ada", 0,
                                           NULL, &token, &err),
                     0);
    (void)snprintf(pasted, sizeof(pasted), " %s\r\n", token);
    for (int is_secure = 0; is_secure < 2; is_secure++) {
        log_in(filled, pasted, is_secure == 1, &answer);
        assert_int_equal(answer.status, 303);
        assert_string_equal(fake_header_of(&answer, "Location"), "/");
        (void)snprintf(cookie, sizeof(cookie),
                       "cupel_token=%s; HttpOnly; SameSite=Lax; Path=/%s", token,
                       is_secure == 1 ? "; Secure" : "");
        assert_string_equal(fake_header_of(&answer, "Set-Cookie"), cookie);
        fake_answer_clear(&answer);
    }
    free(token);
}

static void logging_in_leads_to_a_page_of_ours_and_nowhere_else(void **state)
{
    static const char *const asked[][2] = {
        {"/jobs/5", "/jobs/5"},
        {"/graders/a b", "/graders/a%20b"},
        {"/x\r\nSet-Cookie: a=b", "/x%0D%0ASet-Cookie%3A%20a%3Db"},
        {"/\t/evil.example", "/%09/evil.example"},
        {"//evil.example", "/"},
        {"/\\evil.example", "/"},
        {"\\\\evil.example", "/"},
        {"https://evil.example", "/"},
        {"javascript:alert(1)", "/"},
        {"evil.example", "/"},
        {" //evil.example", "/"},
        {"", "/"}};
    struct filled *filled = *state;
    struct cupel_error err = {0};
    char *token = NULL;

    assert_int_equal(cupel_queue_add_token(filled->queue, CUPEL_ROLE_AUDITOR, NULL, "ada", 0,
                                           NULL, &token, &err),
                     0);
    for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
        const struct fake_request fake = {.method = "POST",
                                          .path = "/login",
                                          .form = {{"token", token}, {"next", asked[i][0]}}};
        struct http_answer answer;
        assert_int_equal(fake_serve(&page_routes, filled->queue, &fake, &answer, &err), 0);
        assert_int_equal(answer.status, 303);
        assert_string_equal(fake_header_of(&answer, "Location"), asked[i][1]);
        fake_answer_clear(&answer);
    }
    free(token);
}

static void the_form_keeps_where_one_wanted_to_go(void **state)
{
    static const char *const asked[][2] = {
        {"/jobs/5", "<input type=\"hidden\" name=\"next\" value=\"/jobs/5\"/>"},
        {"/\"><script>", "value=\"/&quot;&gt;&lt;script&gt;\"/>"},
        {"//evil.example", NULL},
        {"/\\evil.example", NULL},
        {"javascript:alert(1)", NULL}};
    struct filled *filled = *state;

    for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
        const struct fake_request fakes[] = {
            {.path = "/login", .arguments = {{"next", asked[i][0]}}},
            {.method = "POST",
             .path = "/login",
             .form = {{"token", "none"}, {"next", asked[i][0]}}}};
        for (size_t j = 0; j < 2; j++) {
            struct http_answer answer;
            struct cupel_error err = {0};
            assert_int_equal(fake_serve(&page_routes, filled->queue, &fakes[j], &answer, &err),
                             0);
            if (asked[i][1] != NULL)
                assert_non_null(strstr(answer.body, asked[i][1]));
            else
                assert_null(strstr(answer.body, "name=\"next\""));
            fake_answer_clear(&answer);
        }
    }
}

static void what_is_no_token_leaves_no_cookie_and_is_not_told_again(void **state)
{
    static const char *const texts[] = {
        "", "secret-of-mine", "cupel_abcdefgh_x",
        "cupel_abcdefgh_0000000000000000000000000000000000000000000000000000000000000000"};
    struct http_answer answer;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        log_in(*state, texts[i], false, &answer);
        assert_int_equal(answer.status, 403);
        assert_null(fake_header_of(&answer, "Set-Cookie"));
        assert_non_null(strstr(answer.body, "role=\"alert\""));
        assert_true(texts[i][0] == '\0' || strstr(answer.body, texts[i]) == NULL);
        fake_answer_clear(&answer);
    }
}

static void logging_out_takes_the_cookie_back(void **state)
{
    struct filled *filled = *state;
    const struct fake_request fake = {.method = "POST", .path = "/logout", .who = &staff};
    struct http_answer answer;
    struct cupel_error err = {0};

    assert_int_equal(fake_serve(&page_routes, filled->queue, &fake, &answer, &err), 0);
    assert_string_equal(fake_header_of(&answer, "Set-Cookie"),
                        "cupel_token=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0");
    assert_string_equal(fake_header_of(&answer, "Location"), "/login");
    fake_answer_clear(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAGE_CASE(forms_of_other_sites_are_refused),
        PAGE_CASE(forms_of_ours_are_taken_also_behind_a_proxy_and_of_clients_that_tell_nothing),
        PAGE_CASE(a_job_is_cancelled_by_its_staff_and_by_no_one_else),
        PAGE_CASE(a_dead_job_is_retried_by_its_staff_and_by_no_one_else),
        PAGE_CASE(a_grader_is_rolled_back_by_its_staff),
        PAGE_CASE(a_regrade_is_published_once_all_has_ended),
        PAGE_CASE(another_maximum_is_no_same_score),
        PAGE_CASE(what_becomes_of_a_regrade_is_asked_on_a_page_that_stays),
        PAGE_CASE(a_regrade_is_withdrawn),
        PAGE_CASE(a_token_becomes_a_cookie_that_scripts_and_other_sites_do_not_get),
        PAGE_CASE(logging_in_leads_to_a_page_of_ours_and_nowhere_else),
        PAGE_CASE(the_form_keeps_where_one_wanted_to_go),
        PAGE_CASE(what_is_no_token_leaves_no_cookie_and_is_not_told_again),
        PAGE_CASE(logging_out_takes_the_cookie_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
