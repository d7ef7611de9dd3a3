#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "grader/report_channel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A whole report, or a fault, ends with the token; what ends early says why and has no text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char token[] = "12ab";
    const char *why = NULL;
    size_t len = SIZE_MAX;

    enum cupel_report_end end =
        cupel_report_channel_read((const char *)data, size, token, &len, &why);
    if (end == CUPEL_REPORT_EARLY && (why == NULL || len != 0))
        abort();
    if (end != CUPEL_REPORT_EARLY &&
        (why != NULL || len > size || (len > 0 && data[len - 1] != '\n') ||
         memmem(data + len, size - len, token, strlen(token)) == NULL))
        abort();
    return 0;
}
