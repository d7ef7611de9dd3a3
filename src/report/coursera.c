/* feedback.json of Coursera. Source:
 * https://github.com/coursera/programming-assignments-demo/tree/master/custom-graders/v2 and
 * the checks of https://github.com/coursera/coursera_autograder. */
#include "report/foreign.h"

/* The fraction where there is one: it says more. A boolean is no number, though Python takes it
 * for one. */
static bool read_score(const struct cupel_field *root, struct cupel_foreign *ret)
{
    struct cupel_field field;
    bool correct;

    if (foreign_has(root, "fractionalScore", &field))
        return foreign_number(&field, 0, 1, &ret->score);
    if (!foreign_has(root, "isCorrect", &field))
        return cupel_field_fail(root,
                                "expected \"fractionalScore\" or \"isCorrect\", found neither");
    if (!cupel_field_bool(&field, &correct))
        return false;
    ret->score = correct ? 1 : 0;
    return true;
}

static bool read_more(const struct cupel_field *root, enum cupel_foreign_more *ret)
{
    static const char *const names[] = {"HTML", "TXT", NULL};
    struct cupel_field field;
    size_t choice;

    if (!foreign_has(root, "feedbackType", &field))
        return true;
    if (!cupel_field_choice(&field, names, &choice))
        return false;
    *ret = choice == 0 ? CUPEL_FOREIGN_MORE_HTML : CUPEL_FOREIGN_MORE_TXT;
    return true;
}

bool foreign_read_coursera(const struct cupel_field *root, struct cupel_foreign *ret)
{
    struct cupel_field feedback;

    ret->stdout_visibility = CUPEL_FOREIGN_HIDDEN;
    if (!read_score(root, ret) || !cupel_field_require(root, "feedback", &feedback))
        return false;
    if (!json_is_string(feedback.json))
        return cupel_field_fail(&feedback, "expected a string");
    return foreign_read_text(root, "feedback", CUPEL_FOREIGN_TEXT_MAX, &ret->message) &&
           read_more(root, &ret->more);
}
