#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/units.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t value = 0;
    char buf[32];

    CUPEL_AUTO_FREE char *text = strndup((const char *)data, size);
    if (text == NULL)
        return 0;
    if (cupel_units_parse_bytes(text, &value, NULL) == 0) {
        uint64_t again = 0;
        (void)cupel_units_format_bytes(value, buf, sizeof(buf));
        if (cupel_units_parse_bytes(buf, &again, NULL) != 0 || again > value)
            abort(); /* what we print can be read, and is never more */
    }
    if (cupel_units_parse_duration(text, &value, NULL) == 0) {
        uint64_t again = 0;
        (void)cupel_units_format_duration(value, buf, sizeof(buf));
        if (cupel_units_parse_duration(buf, &again, NULL) != 0 || again > value)
            abort();
    }
    return 0;
}
