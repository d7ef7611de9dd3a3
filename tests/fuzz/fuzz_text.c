#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CUPEL_AUTO_FREE char *text = NULL;
    size_t max = size > 0 ? data[0] : 0;

    if (cupel_text_clean(data, size, max, &text) == 0 &&
        !cupel_text_is_utf8(text, strlen(text)))
        abort();
    return 0;
}
