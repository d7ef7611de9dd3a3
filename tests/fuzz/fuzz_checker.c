/* Answers of checkers: the first byte chooses protocol and exit code, the rest is the text. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/checker.h"
#include "cupel/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cupel_checker_answer answer = {.fraction = -1};
    struct cupel_outcome run = {.status = CUPEL_RUN_EXITED};
    struct cupel_error err = {0};

    if (size == 0)
        return 0;
    run.exit_code = data[0] >> 4;
    int r = cupel_checker_read((enum cupel_protocol)(data[0] % 3), &run, (const char *)data + 1,
                               size - 1, size - 1, &answer, &err);
    if (r == 0 && !(answer.fraction >= 0 && answer.fraction <= 1))
        abort();
    if (r < 0 && err.text[0] == '\0')
        abort();
    if (answer.message != NULL && !cupel_text_is_utf8(answer.message, strlen(answer.message)))
        abort();
    free(answer.message);
    return 0;
}
