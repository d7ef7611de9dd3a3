#include "render/view.h"

bool render_is_scored(const struct cupel_result *result)
{
    return result->status == CUPEL_STATUS_GRADED || result->status == CUPEL_STATUS_REJECTED;
}

double render_score(const struct cupel_result *result, enum cupel_view view)
{
    return view == CUPEL_VIEW_STAFF ? result->score : result->learner_score;
}

double render_max_score(const struct cupel_result *result, enum cupel_view view)
{
    return view == CUPEL_VIEW_STAFF ? result->max_score : result->learner_max_score;
}

bool render_shows_test(const struct cupel_test_result *test, enum cupel_view view)
{
    return view == CUPEL_VIEW_STAFF || test->visibility == CUPEL_VISIBLE;
}

bool render_shows_all(const struct cupel_result *result, enum cupel_view view)
{
    for (size_t i = 0; i < result->test_count; i++) {
        if (!render_shows_test(&result->tests[i], view))
            return false;
    }
    return true;
}
