#include "cli/result_format.h"

#include <errno.h>

#include "cupel/render.h"

const char *const cli_format_names[] = {
    "json", "text", "html", "gradescope", "coursera", "prairielearn", "junit", NULL,
};

int cli_format_result(enum cli_format format, const struct cupel_result *result,
                      enum cupel_view view, bool colour, char **ret)
{
    char *text = NULL;

    switch (format) {
    case CLI_FORMAT_JSON:
        text = cupel_render_result_json(result, view);
        break;
    case CLI_FORMAT_TEXT:
        text = cupel_render_result_text(result, view, colour);
        break;
    case CLI_FORMAT_HTML:
        text = cupel_render_result_html(result, view);
        break;
    case CLI_FORMAT_GRADESCOPE:
        return cupel_render_foreign(CUPEL_FORMAT_GRADESCOPE, result, view, ret);
    case CLI_FORMAT_COURSERA:
        return cupel_render_foreign(CUPEL_FORMAT_COURSERA, result, view, ret);
    case CLI_FORMAT_PRAIRIELEARN:
        return cupel_render_foreign(CUPEL_FORMAT_PRAIRIELEARN, result, view, ret);
    case CLI_FORMAT_JUNIT:
        return cupel_render_foreign(CUPEL_FORMAT_JUNIT, result, view, ret);
    }
    if (text == NULL)
        return -ENOMEM;
    *ret = text;
    return 0;
}
