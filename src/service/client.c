#include "service/client.h"

#include <string.h>

bool client_has_ended(const json_t *job)
{
    static const char *const ended[] = {"done", "dead", "cancelled"};
    const char *state = json_string_value(json_object_get(job, "state"));

    for (size_t i = 0; state != NULL && i < sizeof(ended) / sizeof(ended[0]); i++) {
        if (strcmp(state, ended[i]) == 0)
            return true;
    }
    return false;
}
