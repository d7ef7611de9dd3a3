#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "unpack/names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Input: a name, and behind a LF the target of a link there. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char plain[CUPEL_NAME_SIZE];
    char again[CUPEL_NAME_SIZE];

    CUPEL_AUTO_FREE char *name = strndup((const char *)data, size);
    if (name == NULL)
        return 0;
    char *target = strchr(name, '\n');
    if (target != NULL)
        *target++ = '\0';
    if (cupel_name_normalise(name, plain) != NULL || plain[0] == '\0')
        return 0;
    if (!cupel_path_is_plain(plain) || cupel_name_depth(plain) > CUPEL_NAME_DEPTH_MAX)
        abort();
    if (cupel_name_normalise(plain, again) != NULL || strcmp(plain, again) != 0)
        abort();
    (void)cupel_name_is_left_out(plain);
    if (target != NULL)
        (void)cupel_name_link_flaw(plain, target);
    return 0;
}
