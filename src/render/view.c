#include "render/view.h"

#include <math.h>

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

bool render_has_run(const struct cupel_test_result *test)
{
    return test->ran && test->harness == NULL;
}

bool render_shows_withheld(bool withheld, enum cupel_view view)
{
    return view == CUPEL_VIEW_STAFF || !withheld;
}

double render_penalty(const struct cupel_penalty_result *penalty, enum cupel_view view)
{
    return view == CUPEL_VIEW_STAFF ? penalty->points : penalty->learner_points;
}

bool render_has_figure(const struct cupel_result *result,
                       const struct cupel_leaderboard_entry *entry, enum cupel_view view)
{
    return render_is_scored(result) && !isnan(entry->value) &&
           render_shows_withheld(entry->withheld, view);
}

bool render_shows_all(const struct cupel_result *result, enum cupel_view view)
{
    for (size_t i = 0; i < result->test_count; i++) {
        if (!render_shows_test(&result->tests[i], view))
            return false;
    }
    return true;
}
