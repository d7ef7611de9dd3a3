#include <stddef.h>

#include "cupel/policy.h"

const char *const cupel_layer_names[] = {
    [CUPEL_LAYER_USER_NAMESPACE] = "user_namespace",
    [CUPEL_LAYER_SECCOMP] = "seccomp",
    [CUPEL_LAYER_NO_NEW_PRIVS] = "no_new_privs",
    [CUPEL_LAYER_LANDLOCK] = "landlock",
    [CUPEL_LAYER_CGROUP] = "cgroup",
    [CUPEL_LAYER_COUNT] = NULL,
};
