#include "policy/action.h"

#include <seccomp.h>
#include <string.h>

#include "cupel/text.h"

#define MAX_ERRNO 133 /* EHWPOISON, the last that has a name */
#define PREFIX    "errno "

static int errno_by_name(const char *name)
{
    for (int number = 1; number <= MAX_ERRNO; number++) {
        const char *known = strerrorname_np(number);
        if (known != NULL && strcmp(known, name) == 0)
            return number;
    }
    return 0;
}

bool cupel_action_read(const struct cupel_field *field, struct cupel_action *ret)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    const char *text;

    if (!cupel_field_string(field, &text))
        return false;
    if (strcmp(text, "kill") == 0) {
        *ret = (struct cupel_action){.kind = CUPEL_ACTION_KILL};
        return true;
    }
    size_t prefix = strncmp(text, PREFIX, strlen(PREFIX)) == 0 ? strlen(PREFIX) : 0;
    int number = errno_by_name(text + prefix);
    if (number == 0)
        return cupel_field_fail(
            field, "expected \"kill\" or an error such as \"errno EPERM\", found \"%s\"",
            cupel_text_excerpt(text, excerpt));
    *ret = (struct cupel_action){.kind = CUPEL_ACTION_ERRNO, .error_number = number};
    return true;
}

bool cupel_action_equal(struct cupel_action a, struct cupel_action b)
{
    return a.kind == b.kind && a.error_number == b.error_number;
}

uint32_t cupel_action_scmp(struct cupel_action action)
{
    switch (action.kind) {
    case CUPEL_ACTION_ALLOW:
        return SCMP_ACT_ALLOW;
    case CUPEL_ACTION_ERRNO:
        return SCMP_ACT_ERRNO((uint32_t)action.error_number);
    case CUPEL_ACTION_KILL:
        break;
    }
    return SCMP_ACT_KILL_PROCESS;
}
