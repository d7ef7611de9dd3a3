#include <stdlib.h>
#include <string.h>

#include "policy/call_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is no call has a message with its column, and what is one fixes whole arguments. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cupel_call_text call;
    struct cupel_error err = {0};

    char *text = strndup((const char *)data, size);
    if (text == NULL)
        return 0;
    int r = cupel_call_parse(text, CUPEL_ARCH_X86_64, &call, &err);
    if (r < 0 && strncmp(err.text, "column ", 7) != 0)
        abort();
    for (size_t i = 0; r == 0 && i < CUPEL_ARGUMENTS; i++) {
        if (call.given.mask[i] != 0 && call.given.mask[i] != UINT64_MAX)
            abort();
    }
    free(text);
    return 0;
}
