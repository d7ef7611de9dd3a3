#include "policy/action.h"

#include <stdio.h>
#include <string.h>

#include <linux/seccomp.h>

#include "cupel/text.h"

#define MAX_ERRNO 133 /* EHWPOISON, the last that has a name */
#define PREFIX    "errno "
#define LOG       "log"

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

bool cupel_action_read_log(const struct cupel_field *field, struct cupel_action *ret)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    const char *text;

    if (!cupel_field_string(field, &text))
        return false;
    if (strcmp(text, LOG) != 0)
        return cupel_field_fail(
            field, "expected \"%s\", the one action of what is allowed, found \"%s\"", LOG,
            cupel_text_excerpt(text, excerpt));
    *ret = (struct cupel_action){.kind = CUPEL_ACTION_LOG};
    return true;
}

bool cupel_action_equal(struct cupel_action a, struct cupel_action b)
{
    return a.kind == b.kind && a.error_number == b.error_number;
}

const char *cupel_action_format(struct cupel_action action, char ret[static CUPEL_ACTION_SIZE])
{
    static const char *const names[] = {[CUPEL_ACTION_ALLOW] = "allow",
                                        [CUPEL_ACTION_LOG] = LOG,
                                        [CUPEL_ACTION_ERRNO] = "errno",
                                        [CUPEL_ACTION_KILL] = "kill"};
    const char *error =
        action.kind == CUPEL_ACTION_ERRNO ? strerrorname_np(action.error_number) : NULL;

    (void)snprintf(ret, CUPEL_ACTION_SIZE, "%s%s%s", names[action.kind],
                   error != NULL ? " " : "", error != NULL ? error : "");
    return ret;
}

uint32_t cupel_action_seccomp(struct cupel_action action)
{
    switch (action.kind) {
    case CUPEL_ACTION_ALLOW:
        return SECCOMP_RET_ALLOW;
    case CUPEL_ACTION_LOG:
        return SECCOMP_RET_LOG;
    case CUPEL_ACTION_ERRNO:
        return SECCOMP_RET_ERRNO | (uint32_t)action.error_number;
    case CUPEL_ACTION_KILL:
        break;
    }
    return SECCOMP_RET_KILL_PROCESS;
}
