#include "cupel/denied.h"

#include <stdlib.h>

void cupel_denied_clear(struct cupel_denied *denied)
{
    for (size_t i = 0; i < denied->count; i++) {
        free(denied->calls[i].name);
        free(denied->calls[i].policy);
        free(denied->calls[i].file);
        free(denied->calls[i].why);
    }
    free(denied->calls);
    *denied = (struct cupel_denied){0};
}
