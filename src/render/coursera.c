/*
 * feedback.json of Coursera,
 * https://github.com/coursera/programming-assignments-demo/tree/master/custom-graders/v2: a
 * fraction and a text, which learners read at once.
 */
#include "cupel/render.h"
#include "render/foreign.h"
#include "render/json.h"

json_t *render_coursera(const struct cupel_result *result, enum cupel_view view)
{
    json_t *json = json_object();

    render_put(&json, "fractionalScore", render_number(foreign_fraction(result, view)));
    render_put(&json, "feedback",
               foreign_take_text(cupel_render_result_text(result, CUPEL_VIEW_LEARNER, false)));
    return json;
}
