/* What results say of judges: everything to staff, to learners what a judge said to them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cupel/cleanup.h"
#include "cupel/render.h"
#include "render_samples.h"

static const char *const staffs[] = {
    "a COMPILER that tells", "a CHECKER that tells", "a HARNESS that tells",
    "a MESSAGE that tells",  "an undeclared one",
};

static json_t *rendered(enum cupel_view view)
{
    struct cupel_result result = sample_judged();
    json_t *json = cupel_render_result(&result, view);

    cupel_result_clear(&result);
    assert_non_null(json);
    return json;
}

static void staff_see_what_judges_said(void **state)
{
    json_t *json = rendered(CUPEL_VIEW_STAFF);
    CUPEL_AUTO_FREE char *text = cupel_render_json_text(json);

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < sizeof(staffs) / sizeof(staffs[0]); i++)
        assert_non_null(strstr(text, staffs[i]));
    json_decref(json);
}

static void learners_see_nothing_of_it(void **state)
{
    struct cupel_result result = sample_judged();
    json_t *json = rendered(CUPEL_VIEW_LEARNER);
    CUPEL_AUTO_FREE char *text = cupel_render_json_text(json);
    CUPEL_AUTO_FREE char *plain = cupel_render_result_text(&result, CUPEL_VIEW_LEARNER, false);
    CUPEL_AUTO_FREE char *page = cupel_render_result_html(&result, CUPEL_VIEW_LEARNER);
    const char *const all[] = {text, plain, page};

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        assert_non_null(all[i]);
        for (size_t j = 0; j < sizeof(staffs) / sizeof(staffs[0]); j++)
            assert_null(strstr(all[i], staffs[j]));
        assert_non_null(strstr(all[i], "it wrote no report"));
    }
    cupel_result_clear(&result);
    json_decref(json);
}

static void texts_and_pages_say_why_a_judge_failed(void **state)
{
    struct cupel_result result = sample_judged();
    CUPEL_AUTO_FREE char *text = cupel_render_result_text(&result, CUPEL_VIEW_STAFF, false);
    CUPEL_AUTO_FREE char *page = cupel_render_result_html(&result, CUPEL_VIEW_STAFF);
    const char *const all[] = {text, page};

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        assert_non_null(all[i]);
        assert_non_null(strstr(all[i], "a COMPILER that tells"));
        assert_non_null(strstr(all[i], "exited with status 1"));
        assert_non_null(strstr(all[i], "a MESSAGE that tells"));
        assert_non_null(strstr(all[i], "Traceback"));
    }
    cupel_result_clear(&result);
}

static void a_test_of_a_harness_has_no_run_of_its_own(void **state)
{
    json_t *json = rendered(CUPEL_VIEW_STAFF);
    const json_t *tests = json_object_get(json, "tests");
    const json_t *of_harness = json_array_get(tests, 1);

    (void)state;
    assert_true(json_is_null(json_object_get(of_harness, "run")));
    assert_string_equal(json_string_value(json_object_get(of_harness, "harness")), "units");
    assert_string_equal(json_string_value(json_object_get(of_harness, "separation")),
                        "in-process");
    assert_true(json_is_null(json_object_get(json_array_get(tests, 0), "harness")));
    assert_true(json_is_object(json_object_get(json_array_get(tests, 0), "run")));
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(staff_see_what_judges_said),
        cmocka_unit_test(learners_see_nothing_of_it),
        cmocka_unit_test(texts_and_pages_say_why_a_judge_failed),
        cmocka_unit_test(a_test_of_a_harness_has_no_run_of_its_own),
    };
    return cmocka_run_group_tests_name("render_judges", tests, NULL, NULL);
}
