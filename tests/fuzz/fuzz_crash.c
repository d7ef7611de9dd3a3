/* Whatever a program writes to standard error is no report, or clean and short text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/score.h"
#include "cupel/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CUPEL_AUTO_FREE char *said = NULL;

    if (cupel_score_crash((const char *)data, size, &said) < 0)
        abort();
    if (said != NULL && (!cupel_text_is_utf8(said, strlen(said)) || strlen(said) > 1700))
        abort();
    return 0;
}
