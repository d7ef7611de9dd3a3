/* The denied calls of a run, as src/render/run.c writes them for staff. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/outcome.h"
#include "render/read.h"

#define ERRNO_MAX 4095
#define ARGUMENTS 6

static int read_arguments(const struct read_place *place, void *object,
                          const struct read_key *key, struct cupel_error *err)
{
    struct cupel_denied_call *call = object;

    if (!json_is_array(place->json) || json_array_size(place->json) != ARGUMENTS)
        return read_fail(place, err, "expected a list of 6 arguments");
    for (size_t i = 0; i < ARGUMENTS; i++) {
        struct read_place item = {
            .parent = place, .index = i, .json = json_array_get(place->json, i)};
        const char *text = json_string_value(item.json);
        size_t digits = text != NULL && strncmp(text, "0x", 2) == 0
                            ? strspn(text + 2, "0123456789abcdef")
                            : 0;
        if (digits == 0 || digits > 16 || text[2 + digits] != '\0')
            return read_fail_expected(&item, key, "a number such as \"0x1f\"", err);
        call->arguments[i] = strtoull(text + 2, NULL, 16);
    }
    return 0;
}

/* "ENOSYS", or "1000" of one without a name; 0 if it is none. */
static int errno_of(const char *text)
{
    char number[16];

    for (int i = 1; i <= ERRNO_MAX; i++) {
        const char *name = strerrorname_np(i);
        if (name == NULL) {
            (void)snprintf(number, sizeof(number), "%d", i);
            name = number;
        }
        if (strcmp(name, text) == 0)
            return i;
    }
    return 0;
}

static int read_action(const struct read_place *place, void *object, const struct read_key *key,
                       struct cupel_error *err)
{
    static const char prefix[] = "errno ";
    struct cupel_denied_call *call = object;
    const char *text = NULL;

    int r = read_string(place, key, &text, err);
    if (r < 0 || text == NULL)
        return r;
    call->killed = strcmp(text, "kill") == 0;
    if (!call->killed && strncmp(text, prefix, strlen(prefix)) == 0)
        call->error_number = errno_of(text + strlen(prefix));
    if (!call->killed && call->error_number == 0)
        return read_fail_expected(place, key, "\"kill\" or an error such as \"errno EPERM\"",
                                  err);
    return 0;
}

static int read_line(const struct read_place *place, void *object, const struct read_key *key,
                     struct cupel_error *err)
{
    struct cupel_denied_call *call = object;
    int line = 0;

    int r = read_int(place, &line, key, err);
    if (r == 0)
        call->line = (unsigned)line;
    return r;
}

#define CALL(member) .offset = offsetof(struct cupel_denied_call, member)

static const struct read_shape call_shape = {
    .size = sizeof(struct cupel_denied_call),
    .keys =
        (const struct read_key[]){
            {"name", read_text, CALL(name)},
            {"count", read_u64, CALL(count)},
            {.name = "arguments", .read = read_arguments},
            {.name = "action", .read = read_action},
            {"policy", read_text, CALL(policy), .nullable = true},
            {"file", read_text, CALL(file), .nullable = true},
            {"line", read_line, .most = INT32_MAX, .nullable = true},
            {"why", read_text, CALL(why), .nullable = true},
            {0},
        },
};

static const struct read_shape others_shape = {
    .keys =
        (const struct read_key[]){
            {"count", read_u64, .offset = offsetof(struct cupel_denied, others)},
            {0},
        },
};

/* What was too much for the list stands behind it, without a name. */
int read_denied(const struct read_place *place, void *object, const struct read_key *key,
                struct cupel_error *err)
{
    struct cupel_outcome *run = object;
    struct cupel_denied *denied = &run->denied;

    run->knows_denied = !json_is_null(place->json);
    if (!run->knows_denied)
        return 0;
    if (!json_is_array(place->json))
        return read_fail_expected(place, key, "a list", err);
    size_t count = json_array_size(place->json);
    const json_t *last = count > 0 ? json_array_get(place->json, count - 1) : NULL;
    bool has_others = json_is_null(json_object_get(last, "name"));
    size_t calls = has_others ? count - 1 : count;
    if (calls > CUPEL_DENIED_MAX)
        return read_fail(place, err, "expected at most %d calls, found %zu", CUPEL_DENIED_MAX,
                         calls);
    denied->calls = calloc(calls > 0 ? calls : 1, sizeof(*denied->calls));
    if (denied->calls == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    denied->count = calls;
    int r = 0;
    for (size_t i = 0; r == 0 && i < count; i++) {
        struct read_place item = {
            .parent = place, .index = i, .json = json_array_get(place->json, i)};
        r = i < calls ? read_shaped(&item, &denied->calls[i], &call_shape, err)
                      : read_shaped(&item, denied, &others_shape, err);
    }
    return r;
}
