/* What pages show, to whom, and of what they are made. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <expat.h>

#include "cupel/cleanup.h"
#include "page_case.h"
#include "service/page.h"

/* What a page is made of. */
struct found {
    int headings, mains, navigations, headers, footers;
    int tables, captions;
    int depth_of_level; /* of the last heading */
    char labelled[512]; /* " id id " of labels' for */
    char controls[512]; /* " id id " of what needs a label */
    const char *wrong;
};

static const char *attribute(const XML_Char **attributes, const char *name)
{
    for (size_t i = 0; attributes[i] != NULL; i += 2) {
        if (strcmp(attributes[i], name) == 0)
            return attributes[i + 1];
    }
    return NULL;
}

static void note(char list[static 512], const char *id)
{
    size_t len = strlen(list);

    (void)snprintf(list + len, 512 - len, " %s ", id != NULL ? id : "?");
}

static void look_at_attributes(struct found *found, const XML_Char **attributes)
{
    for (size_t i = 0; attributes[i] != NULL; i += 2) {
        bool runs = strncmp(attributes[i], "on", 2) == 0 || strcmp(attributes[i], "style") == 0;
        if (runs || strncmp(attributes[i + 1], "javascript:", 11) == 0)
            found->wrong = "an attribute that runs, or styles";
    }
}

static void on_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct found *found = data;
    const char *type = attribute(attributes, "type");

    look_at_attributes(found, attributes);
    if (name[0] == 'h' && name[1] >= '1' && name[1] <= '6') {
        if (name[1] - '0' > found->depth_of_level + 1)
            found->wrong = "a level of headings is left out";
        found->depth_of_level = name[1] - '0';
    }
    found->headings += strcmp(name, "h1") == 0;
    found->mains += strcmp(name, "main") == 0;
    found->navigations += strcmp(name, "nav") == 0 && attribute(attributes, "aria-label");
    found->headers += strcmp(name, "header") == 0;
    found->footers += strcmp(name, "footer") == 0;
    found->tables += strcmp(name, "table") == 0;
    found->captions += strcmp(name, "caption") == 0;
    if (strcmp(name, "th") == 0 && attribute(attributes, "scope") == NULL)
        found->wrong = "a th without a scope";
    if (strcmp(name, "script") == 0 || strcmp(name, "style") == 0 || strcmp(name, "img") == 0)
        found->wrong = name;
    if (strcmp(name, "label") == 0 && attribute(attributes, "for") != NULL)
        note(found->labelled, attribute(attributes, "for"));
    if (strcmp(name, "select") == 0 ||
        (strcmp(name, "input") == 0 && (type == NULL || strcmp(type, "hidden") != 0)))
        note(found->controls, attribute(attributes, "id"));
}

static struct found parse(const char *path, const char *text)
{
    struct found found = {.depth_of_level = 0};
    XML_Parser parser = XML_ParserCreate("UTF-8");

    XML_SetUserData(parser, &found);
    XML_SetStartElementHandler(parser, on_start);
    if (XML_Parse(parser, text, (int)strlen(text), XML_TRUE) != XML_STATUS_OK)
        fail_msg("%s:%lu:%lu: %s", path, XML_GetCurrentLineNumber(parser),
                 XML_GetCurrentColumnNumber(parser), XML_ErrorString(XML_GetErrorCode(parser)));
    XML_ParserFree(parser);
    return found;
}

#define PAGES 15

static const char *page_at(const struct filled *filled, size_t index,
                           char ret[static PATH_SIZE])
{
    static const char *const plain[] = {
        "/",         "/jobs",     "/graders",         "/graders/fib",
        "/regrades", "/policies", "/policies/native", "/login"};
    const struct {
        const char *kind;
        int64_t id;
        const char *rest;
    } others_of[] = {{"jobs", filled->running, ""},
                     {"jobs", filled->dead, ""},
                     {"jobs", filled->ran, "/result"},
                     {"jobs", filled->refused, "/result"},
                     {"regrades", filled->regrade, ""},
                     {"jobs", filled->waiting, ""},
                     {"regrades", filled->regrade, "/withdraw"}};

    if (index < sizeof(plain) / sizeof(plain[0]))
        return plain[index];
    index -= sizeof(plain) / sizeof(plain[0]);
    return path_of(others_of[index].kind, others_of[index].id, others_of[index].rest, ret);
}

static void every_page_is_well_formed_and_has_what_a_reader_finds_the_way_by(void **state)
{
    struct filled *filled = *state;
    char path[PATH_SIZE];

    for (size_t i = 0; i < PAGES; i++) {
        const char *at = page_at(filled, i, path);
        CUPEL_AUTO_FREE char *page = get_page(filled, &platform, at);
        struct found found = parse(at, page);
        if (found.wrong != NULL || found.headings != 1 || found.mains != 1 ||
            found.navigations != 1 || found.headers != 1 || found.footers != 1 ||
            found.tables != found.captions || strcmp(found.labelled, found.controls) != 0)
            fail_msg("%s: %s", at, found.wrong != NULL ? found.wrong : page);
        assert_non_null(strstr(page, "<html lang=\"en\">"));
        assert_non_null(strstr(page, "<a class=\"skip\" href=\"#content\">"));
    }
}

static void hostile_text_is_shown_and_does_nothing(void **state)
{
    static const char *const raw[] = {"<script", "\x1b",   "\x07",
                                      "\xff",    "\u202E", "\u200F",
                                      "\u061C",  "\" ><",  "</td></table> %s%n</td>",
                                      "&amp;<"};
    struct filled *filled = *state;
    size_t shown = 0;
    char path[PATH_SIZE];

    for (size_t i = 0; i < PAGES; i++) {
        const char *at = page_at(filled, i, path);
        CUPEL_AUTO_FREE char *page = get_page(filled, &platform, at);
        for (size_t j = 0; j < sizeof(raw) / sizeof(raw[0]); j++) {
            if (strstr(page, raw[j]) != NULL)
                fail_msg("%s has %s", at, raw[j]);
        }
        shown += strstr(page, "&lt;script&gt;alert(1)&lt;/script&gt;") != NULL;
    }
    assert_int_equal(shown, 5); /* jobs, two of them, what one printed, the regrade */
    CUPEL_AUTO_FREE char *job =
        get_page(filled, &platform, path_of("jobs", filled->running, "", path));
    assert_non_null(strstr(job, "\\u{202E}gnp.exe"));
    assert_non_null(strstr(job,
                           "href=\"/graders/%22%3E%3Cscript%3Ealert%281%29%3C%2Fscript"
                           "%3E%27%20%1B%5B31m%07%20%FF%FE"));
}

static void a_filter_is_told_again_and_does_nothing_either(void **state)
{
    const struct fake_request fake = {
        .path = "/jobs",
        .who = &platform,
        .arguments = {
            {"learner", hostile_text}, {"grader", ""}, {"state", ""}, {"kind", "run"}}};
    struct filled *filled = *state;
    struct http_answer answer;
    struct cupel_error err = {0};

    assert_int_equal(fake_serve(&page_routes, filled->queue, &fake, &answer, &err), 0);
    (void)parse("/jobs", answer.body);
    assert_null(strstr(answer.body, "<script"));
    assert_non_null(strstr(answer.body, "value=\"&quot;&gt;&lt;script"));
    assert_non_null(strstr(answer.body, "<option selected=\"selected\">run</option>"));
    assert_non_null(strstr(answer.body, "No job is like that."));
    fake_answer_clear(&answer);
}

static void a_filter_that_is_none_is_refused(void **state)
{
    static const struct fake_pair bad[] = {
        {"state", "done "}, {"kind", "0"}, {"cursor", "-1"}, {"regrade", "x"}};
    struct filled *filled = *state;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const struct fake_request fake = {
            .path = "/jobs", .who = &platform, .arguments = {bad[i]}};
        struct http_answer answer;
        struct cupel_error err = {0};
        assert_int_equal(fake_serve(&page_routes, filled->queue, &fake, &answer, &err),
                         -EINVAL);
        fake_answer_clear(&answer);
    }
}

static void staff_see_their_own_course_and_nothing_of_others(void **state)
{
    struct filled *filled = *state;
    const int64_t jobs[] = {filled->graded, filled->ran, filled->running, filled->dead};
    char path[PATH_SIZE];

    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(get_error(filled, &others, path_of("jobs", jobs[i], "", path)),
                         -ENOENT);
        assert_int_equal(get_error(filled, &others, path_of("jobs", jobs[i], "/result", path)),
                         -ENOENT);
        assert_int_equal(get_error(filled, &staff, path_of("jobs", jobs[i], "", path)), 0);
    }
    assert_int_equal(get_error(filled, &others, "/graders/fib"), -ENOENT);
    assert_int_equal(get_error(filled, &staff, "/graders/fib"), 0);
    assert_int_equal(get_error(filled, &others, path_of("regrades", filled->regrade, "", path)),
                     -ENOENT);
    assert_int_equal(get_error(filled, &staff, path_of("jobs", filled->other, "", path)),
                     -ENOENT);
    static const char *const lists[] = {"/", "/jobs", "/graders", "/regrades"};
    for (size_t i = 0; i < 4; i++) {
        CUPEL_AUTO_FREE char *page = get_page(filled, &others, lists[i]);
        assert_null(strstr(page, "algorithms"));
        CUPEL_AUTO_FREE char *own = get_page(filled, &staff, lists[i]);
        assert_null(strstr(own, "compilers"));
    }
}

static void staff_cannot_ask_for_the_jobs_of_another_course(void **state)
{
    const struct fake_request fake = {
        .path = "/jobs", .who = &others, .arguments = {{"course", "algorithms"}}};
    struct filled *filled = *state;
    struct http_answer answer;
    struct cupel_error err = {0};

    assert_int_equal(fake_serve(&page_routes, filled->queue, &fake, &answer, &err), 0);
    assert_null(strstr(answer.body, "algorithms"));
    assert_non_null(strstr(answer.body, "<td class=\"x\">compilers</td>"));
    fake_answer_clear(&answer);
}

static void the_queue_tells_how_many_jobs_wait_and_for_how_long(void **state)
{
    CUPEL_AUTO_FREE char *page = get_page(*state, &platform, "/");

    assert_non_null(strstr(page, "<li><b>1</b> <a href=\"/jobs?state=waiting\">waiting</a>"));
    assert_non_null(strstr(page, "<li><b>5</b> <a href=\"/jobs?state=ready\">ready</a>"));
    assert_non_null(strstr(page, "<li><b>2</b> <a href=\"/jobs?state=running\">running</a>"));
    assert_non_null(strstr(page, "<li><b>1</b> <a href=\"/jobs?state=dead\">dead</a>"));
    assert_non_null(strstr(page,
                           "<th scope=\"rowgroup\" rowspan=\"3\">"
                           "<a href=\"/jobs?course=algorithms\">algorithms</a></th>"
                           "<td class=\"n\" rowspan=\"3\">2</td>"
                           "<td class=\"n\" rowspan=\"3\">4</td>"));
    CUPEL_AUTO_FREE char *own = get_page(*state, &others, "/");
    assert_non_null(strstr(own, "<li><b>0</b> <a href=\"/jobs?state=dead\">dead</a>"));
}

static void scores_are_drawn_and_told_as_figures(void **state)
{
    CUPEL_AUTO_FREE char *page = get_page(*state, &staff, "/graders/fib");

    assert_non_null(strstr(page, "<svg class=\"plot\" role=\"img\" aria-labelledby="));
    assert_non_null(strstr(page, "<summary>The same as a table</summary>"));
    assert_non_null(strstr(page,
                           "<th scope=\"row\" class=\"t\">90 to 100 %</th>"
                           "<td class=\"n\">7</td><td class=\"n\">38.9 %</td>"));
    assert_non_null(strstr(page, "Roll back to version 1"));
    assert_null(strstr(page, "Roll back to version 2"));
    assert_null(strstr(page, "Roll back to version 3"));
}

static void a_policy_tells_of_each_call_what_happens_and_why(void **state)
{
    CUPEL_AUTO_FREE char *page = get_page(*state, &auditor, "/policies/native");

    assert_non_null(strstr(page, "<span class=\"state bad\">kill</span>"));
    assert_non_null(strstr(page, "<span class=\"state warn\">by arguments</span>"));
    assert_non_null(strstr(page, "base.json:"));
    assert_non_null(strstr(page, "<h2>Invariants</h2>"));
    assert_non_null(strstr(page, "<th scope=\"row\">memory</th><td class=\"x\">256 MiB</td>"));
}

static void only_what_is_listed_is_shown(void **state)
{
    static const char *const paths[] = {"/policies/../policies/native",
                                        "/policies/native.json",
                                        "/policies/none",
                                        "/jobs/0",
                                        "/jobs/-1",
                                        "/jobs/1x",
                                        "/jobs/99999999999999999999",
                                        "/jobs/999",
                                        "/regrades/999",
                                        "/graders/none"};

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        assert_int_equal(get_error(*state, &platform, paths[i]), -ENOENT);
}

static void every_page_admits_its_own_style_and_forms_alone(void **state)
{
    static const char policy[] =
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'";
    struct filled *filled = *state;
    char path[PATH_SIZE];

    for (size_t i = 0; i < PAGES; i++) {
        const struct fake_request fake = {.path = page_at(filled, i, path), .who = &platform};
        struct http_answer answer;
        struct cupel_error err = {0};
        assert_int_equal(fake_serve(&page_routes, filled->queue, &fake, &answer, &err), 0);
        assert_string_equal(fake_header_of(&answer, "Content-Security-Policy"), policy);
        assert_string_equal(fake_header_of(&answer, "X-Content-Type-Options"), "nosniff");
        assert_string_equal(fake_header_of(&answer, "Referrer-Policy"), "same-origin");
        assert_string_equal(fake_header_of(&answer, "Cache-Control"), "no-store");
        assert_string_equal(answer.type, "text/html; charset=utf-8");
        fake_answer_clear(&answer);
    }
}

static void an_error_is_a_page_as_well(void **state)
{
    const struct http_request request = {.who = &platform};
    struct http_answer answer = {.fd = -1};
    struct cupel_error err = {0};

    (void)state;
    assert_int_equal(page_of_error(&request, 404, "Not Found", hostile, &answer, &err), 0);
    (void)parse("error", answer.body);
    assert_int_equal(answer.status, 404);
    assert_null(strstr(answer.body, "<script"));
    assert_non_null(strstr(answer.body, "<h1>Not Found</h1>"));
    fake_answer_clear(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAGE_CASE(every_page_is_well_formed_and_has_what_a_reader_finds_the_way_by),
        PAGE_CASE(hostile_text_is_shown_and_does_nothing),
        PAGE_CASE(a_filter_is_told_again_and_does_nothing_either),
        PAGE_CASE(a_filter_that_is_none_is_refused),
        PAGE_CASE(staff_see_their_own_course_and_nothing_of_others),
        PAGE_CASE(staff_cannot_ask_for_the_jobs_of_another_course),
        PAGE_CASE(the_queue_tells_how_many_jobs_wait_and_for_how_long),
        PAGE_CASE(scores_are_drawn_and_told_as_figures),
        PAGE_CASE(a_policy_tells_of_each_call_what_happens_and_why),
        PAGE_CASE(only_what_is_listed_is_shown),
        PAGE_CASE(every_page_admits_its_own_style_and_forms_alone),
        cmocka_unit_test(an_error_is_a_page_as_well),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
