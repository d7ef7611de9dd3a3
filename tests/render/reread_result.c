/* Reads a cupel.result/1 for staff from standard input, and writes it again. */
#include <stdio.h>
#include <stdlib.h>

#include "cupel/render.h"

int main(void)
{
    struct cupel_error err = {0};
    struct cupel_result result = {0};
    json_t *document = json_loadf(stdin, JSON_REJECT_DUPLICATES, NULL);

    int r = cupel_render_read_result(document, &result, &err);
    json_decref(document);
    if (r == 0)
        r = cupel_render_result_json(&result, CUPEL_VIEW_STAFF, stdout);
    else
        (void)fprintf(stderr, "%s\n", err.text);
    cupel_result_clear(&result);
    return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
