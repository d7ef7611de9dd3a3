/* The page of a job, while it runs and afterwards, and that of its result. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "page_case.h"
#include "render/html_style.h"
#include "service/page.h"
#include "service/result_document.h"

static void a_job_that_runs_tells_how_far_it_is_and_loads_itself_again(void **state)
{
    static const char refresh[] = "<meta http-equiv=\"refresh\" content=\"2\"/>";
    struct filled *filled = *state;
    char path[PATH_SIZE];

    CUPEL_AUTO_FREE char *page =
        get_page(filled, &staff, path_of("jobs", filled->running, "", path));
    assert_non_null(strstr(page, refresh));
    assert_non_null(strstr(page, "<progress max=\"5\" value=\"3\"></progress>"));
    assert_non_null(strstr(page, "<td class=\"x\">small</td>"));
    assert_non_null(strstr(page, "given back before it was begun"));
    CUPEL_AUTO_FREE char *waits =
        get_page(filled, &staff, path_of("jobs", filled->waiting, "", path));
    assert_null(strstr(waits, "http-equiv"));
    assert_null(strstr(waits, "live=0"));
    assert_null(strstr(waits, "<progress"));
    CUPEL_AUTO_FREE char *ended =
        get_page(filled, &staff, path_of("jobs", filled->graded, "", path));
    assert_null(strstr(ended, refresh));
    assert_non_null(strstr(ended, "<b>9 / 10</b> points"));
}

static void who_reads_can_stop_a_page_from_loading_itself_again(void **state)
{
    struct filled *filled = *state;
    char path[PATH_SIZE];
    const struct {
        const char *kind;
        int64_t id;
        const char *refresh, *stop, *go_on;
    } pages[] = {
        {"jobs", filled->running, "content=\"2\"", "<a href=\"?live=0\">Stop updating</a>",
         "<a href=\"?\">Update by itself</a>"},
        {"jobs", filled->other, "content=\"10\"", "<a href=\"?live=0\">Stop updating</a>",
         "<a href=\"?\">Update by itself</a>"},
        {"regrades", filled->regrade, "content=\"10\"",
         "<a href=\"?changed=1&amp;cursor=0&amp;live=0\">Stop updating</a>",
         "<a href=\"?changed=1&amp;cursor=0\">Update by itself</a>"}};

    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        const struct fake_request fake = {.path = path_of(pages[i].kind, pages[i].id, "", path),
                                          .who = &platform,
                                          .arguments = {{"live", "0"}}};
        struct http_answer answer;
        struct cupel_error err = {0};
        CUPEL_AUTO_FREE char *page = get_page(filled, &platform, path);
        assert_non_null(strstr(page, "http-equiv=\"refresh\""));
        assert_non_null(strstr(page, pages[i].refresh));
        assert_non_null(strstr(page, pages[i].stop));
        assert_int_equal(fake_serve(&page_routes, filled->queue, &fake, &answer, &err), 0);
        assert_null(strstr(answer.body, "http-equiv"));
        assert_non_null(strstr(answer.body, pages[i].go_on));
        assert_true(strcmp(pages[i].kind, "regrades") != 0 ||
                    strstr(answer.body, "?changed=0&amp;live=0\">show all") != NULL);
        fake_answer_clear(&answer);
    }
}

static size_t count(const char *text, const char *part)
{
    size_t found = 0;

    for (; (text = strstr(text, part)) != NULL; text++)
        found++;
    return found;
}

static void a_long_job_that_prints_much_has_a_short_page(void **state)
{
    struct filled *filled = *state;
    char path[PATH_SIZE];

    int64_t id = fill_long_job(filled, 2000, 16384);
    CUPEL_AUTO_FREE char *page = get_page(filled, &platform, path_of("jobs", id, "", path));
    assert_non_null(strstr(page, "<progress max=\"5000\" value=\"2000\"></progress>"));
    assert_non_null(strstr(page, "<p>1900 steps ended before those that are listed here.</p>"));
    assert_int_equal(count(page, "<td class=\"x\">test "), 100);
    assert_non_null(strstr(page, "<td class=\"x\">test 1901</td>"));
    assert_non_null(strstr(page, "<td class=\"x\">test 2000</td>"));
    assert_in_range(strlen(page), 1, 32768);
}

static void a_result_is_shown_to_staff_and_as_learners_see_it(void **state)
{
    struct filled *filled = *state;
    char path[PATH_SIZE];
    struct fake_request fake = {.path = path_of("jobs", filled->graded, "/result", path),
                                .who = &staff,
                                .arguments = {{"view", "learner"}}};
    struct http_answer answer;
    struct cupel_error err = {0};

    CUPEL_AUTO_FREE char *page = get_page(filled, &staff, path);
    assert_non_null(strstr(page, "<footer>\n<p>Graded on "));
    assert_non_null(strstr(page, "Sandbox: "));
    assert_int_equal(fake_serve(&page_routes, filled->queue, &fake, &answer, &err), 0);
    assert_null(strstr(answer.body, "Sandbox: "));
    assert_non_null(strstr(answer.body, "<p class=\"score\">5.3 of 20.5 points "));
    const char *policy = fake_header_of(&answer, "Content-Security-Policy");
    assert_non_null(strstr(policy, "default-src 'none'; style-src 'sha256-"));
    assert_non_null(strstr(policy, html_style_sha256));
    fake_answer_clear(&answer);
    fake.arguments[0].value = "everybody";
    assert_int_equal(fake_serve(&page_routes, filled->queue, &fake, &answer, &err), -EINVAL);
    fake_answer_clear(&answer);
    assert_int_equal(
        get_error(filled, &staff, path_of("jobs", filled->running, "/result", path)), -ENOENT);
}

/* The page of a graded job's result, as one of view. */
static char *get_view(struct filled *filled, int64_t id, const char *view)
{
    char path[PATH_SIZE];
    const struct fake_request fake = {.path = path_of("jobs", id, "/result", path),
                                      .who = &staff,
                                      .arguments = {{"view", view}}};
    struct http_answer answer;
    struct cupel_error err = {0};

    if (fake_serve(&page_routes, filled->queue, &fake, &answer, &err) < 0)
        fail_msg("%s: %s", path, err.text);
    char *body = answer.body;
    answer.body = NULL;
    fake_answer_clear(&answer);
    return body;
}

static void learners_see_of_hidden_tests_no_text(void **state)
{
    static const char *const hidden[] = {"No number is an error", "it needs test few",
                                         "the harness says that this test failed, and no more"};
    struct filled *filled = *state;

    CUPEL_AUTO_FREE char *own = get_view(filled, filled->graded, "staff");
    CUPEL_AUTO_FREE char *shown = get_view(filled, filled->graded, "learner");
    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
        assert_non_null(strstr(own, hidden[i]));
        if (strstr(shown, hidden[i]) != NULL)
            fail_msg("learners are shown: %s", hidden[i]);
    }
}

static void what_a_learners_program_printed_does_nothing_in_either_view(void **state)
{
    static const char *const views[] = {"staff", "learner"};
    struct filled *filled = *state;

    for (size_t i = 0; i < 2; i++) {
        CUPEL_AUTO_FREE char *page = get_view(filled, filled->graded, views[i]);
        assert_non_null(strstr(page, "&lt;script&gt;alert(1)&lt;/script&gt;"));
        assert_null(strstr(page, "<script"));
        assert_null(strstr(page, "\x1b"));
        assert_null(strstr(page, "\u202E"));
    }
}

/* What the page of a job's result fails with; *ret is why. */
static int fail_to_show(struct filled *filled, int64_t id, struct cupel_error *ret)
{
    char path[PATH_SIZE];
    const struct fake_request fake = {.path = path_of("jobs", id, "/result", path),
                                      .who = &platform};
    struct http_answer answer;

    int r = fake_serve(&page_routes, filled->queue, &fake, &answer, ret);
    fake_answer_clear(&answer);
    return r;
}

static void a_result_that_is_too_large_to_be_shown_is_said_to_be(void **state)
{
    size_t len = RESULT_SHOWN_MAX + 1;
    CUPEL_AUTO_FREE char *bytes = malloc(len);
    struct cupel_error err = {0};

    assert_non_null(bytes);
    memset(bytes, ' ', len);
    memcpy(bytes, "{}", 2);
    int64_t id = fill_result(*state, bytes, len);
    assert_int_equal(fail_to_show(*state, id, &err), -ENOENT);
    assert_non_null(strstr(err.text, "more than 64 MiB, which is too much to be shown"));
    assert_non_null(strstr(err.text, "/result has it as it is"));
    err = (struct cupel_error){0};
    id = fill_result(*state, bytes, len - 1);
    assert_int_equal(fail_to_show(*state, id, &err), -EIO);
}

static void a_stored_result_that_is_none_is_a_fault_of_ours(void **state)
{
    static const char *const texts[] = {"{}", "", "[1", "{\"schema\": 1, \"schema\": 2}"};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct cupel_error err = {0};
        char begin[48];
        int64_t id = fill_result(*state, texts[i], strlen(texts[i]));
        assert_int_equal(fail_to_show(*state, id, &err), -EIO);
        (void)snprintf(begin, sizeof(begin), "result of job %jd: ", (intmax_t)id);
        assert_memory_equal(err.text, begin, strlen(begin));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAGE_CASE(a_job_that_runs_tells_how_far_it_is_and_loads_itself_again),
        PAGE_CASE(who_reads_can_stop_a_page_from_loading_itself_again),
        PAGE_CASE(a_long_job_that_prints_much_has_a_short_page),
        PAGE_CASE(a_result_is_shown_to_staff_and_as_learners_see_it),
        PAGE_CASE(learners_see_of_hidden_tests_no_text),
        PAGE_CASE(what_a_learners_program_printed_does_nothing_in_either_view),
        PAGE_CASE(a_result_that_is_too_large_to_be_shown_is_said_to_be),
        PAGE_CASE(a_stored_result_that_is_none_is_a_fault_of_ours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
