#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/document.h"
#include "grader/broker_call.h"
#include "grader/environment.h"

int broker_append(struct broker_bytes *bytes, const void *more, size_t len)
{
    size_t size = bytes->size > 0 ? bytes->size : len;

    if (len == 0)
        return 0;
    while (size - bytes->len < len)
        size *= 2;
    if (size != bytes->size) {
        unsigned char *grown = realloc(bytes->bytes, size);
        if (grown == NULL)
            return -ENOMEM;
        bytes->bytes = grown;
        bytes->size = size;
    }
    memcpy(bytes->bytes + bytes->len, more, len);
    bytes->len += len;
    return 0;
}

static int hold(struct broker_call *call, size_t len, struct cupel_error *err)
{
    struct cupel_broker *broker = call->broker;

    if (len > CUPEL_BROKER_FILES_BYTES - broker->held)
        return cupel_fail(err, -EDQUOT,
                          "--put: the files of all calls at a time are more than %zu MiB",
                          CUPEL_BROKER_FILES_BYTES >> 20);
    broker->held += len;
    call->held += len;
    return 0;
}

static int add_bytes(struct broker_call *call, const void *bytes, size_t len,
                     struct cupel_error *err)
{
    struct broker_bytes *content = &call->puts[call->put_count - 1].content;
    int r = hold(call, len, err);

    return r == 0 ? broker_append(content, bytes, len) : r;
}

static int take_put(struct broker_call *call, size_t len, struct cupel_error *err)
{
    struct cupel_broker_put put;
    char *path = NULL;

    int r = cupel_broker_decode_put(call->broker->frame, len, &put);
    if (r < 0)
        return cupel_fail(err, r, "a malformed PUT");
    if (call->put_count == CUPEL_BROKER_PUTS)
        return cupel_fail(err, -E2BIG, "--put: more than %d files", CUPEL_BROKER_PUTS);
    r = broker_absolute(put.path, &path);
    if (r == -ENOMEM)
        return -ENOMEM;
    if (r < 0 || strchr(path + 1, '/') == NULL) {
        free(path);
        return cupel_fail(err, -EINVAL, "--put: %.150s: expected a path in /box or /tmp",
                          put.path);
    }
    if (call->puts == NULL)
        call->puts = calloc(CUPEL_BROKER_PUTS, sizeof(*call->puts));
    if (call->puts == NULL) {
        free(path);
        return -ENOMEM;
    }
    call->puts[call->put_count++] = (struct broker_put){path, put.executable, {0}};
    r = hold(call, strlen(path), err);
    return r == 0 ? add_bytes(call, put.bytes, put.len, err) : r;
}

static int take_more(struct broker_call *call, size_t len, struct cupel_error *err)
{
    const void *bytes;
    size_t count;

    int r =
        cupel_broker_decode_bytes(CUPEL_BROKER_MORE, call->broker->frame, len, &bytes, &count);
    return r < 0 ? cupel_fail(err, r, "a malformed MORE") : add_bytes(call, bytes, count, err);
}

static int take_get(struct broker_call *call, size_t len, struct cupel_error *err)
{
    const char *name;
    char *path = NULL;

    int r = cupel_broker_decode_text(CUPEL_BROKER_GET, call->broker->frame, len, &name);
    if (r < 0)
        return cupel_fail(err, r, "a malformed GET");
    if (call->get_count == CUPEL_BROKER_GETS)
        return cupel_fail(err, -E2BIG, "--get: more than %d files", CUPEL_BROKER_GETS);
    r = broker_absolute(name, &path);
    if (r == -ENOMEM)
        return -ENOMEM;
    if (r < 0 || strncmp(path, "/box/", 5) != 0) {
        free(path);
        return cupel_fail(err, -EINVAL, "--get: %.150s: expected a path in /box", name);
    }
    memmove(path, path + 5, strlen(path + 5) + 1);
    call->gets[call->get_count++] = (struct broker_got){.path = path};
    return 0;
}

static int check_variables(const struct cupel_broker_call *call, struct cupel_error *err)
{
    size_t count = 0;

    for (; call->environment[count] != NULL; count++) {
        const char *variable = call->environment[count];
        size_t length = strcspn(variable, "=");
        char name[256];
        if (count == CUPEL_BROKER_VARIABLES)
            return cupel_fail(err, -E2BIG, "--env: more than %d variables",
                              CUPEL_BROKER_VARIABLES);
        (void)snprintf(name, sizeof(name), "%.*s", length < 256 ? (int)length : 0, variable);
        if (variable[length] != '=' || !cupel_environment_is_name(name))
            return cupel_fail(err, -EINVAL,
                              "--env: %.150s: expected a name of letters, digits and '_', no "
                              "digit first, '=' and a value",
                              variable);
    }
    return 0;
}

/* The frame is overwritten by the next: the call keeps a copy. */
static int take_call(struct broker_call *call, size_t len, struct cupel_error *err)
{
    call->frame = malloc(len);
    if (call->frame == NULL)
        return -ENOMEM;
    memcpy(call->frame, call->broker->frame, len);
    int r = cupel_broker_decode_call(call->frame, len, &call->call);
    if (r < 0)
        return cupel_fail(err, r, "a malformed CALL");
    r = check_variables(&call->call, err);
    if (r < 0)
        return r;
    r = broker_absolute(call->call.chdir, &call->chdir);
    if (r == -ENOMEM)
        return -ENOMEM;
    return r < 0 ? cupel_fail(err, r, "--chdir: %.150s: expected a path in /box or /tmp",
                              call->call.chdir)
                 : 0;
}

int broker_take_frame(struct broker_call *call, enum cupel_broker_type type, size_t len,
                      struct cupel_error *err)
{
    if (type == CUPEL_BROKER_PUT)
        return take_put(call, len, err);
    if (type == CUPEL_BROKER_MORE)
        return take_more(call, len, err);
    if (type == CUPEL_BROKER_GET)
        return take_get(call, len, err);
    return take_call(call, len, err);
}

void broker_forget_request(struct broker_call *call)
{
    for (size_t i = 0; i < call->put_count; i++) {
        free(call->puts[i].path);
        free(call->puts[i].content.bytes);
    }
    free(call->puts);
    free(call->files);
    call->puts = NULL;
    call->files = NULL;
    call->put_count = 0;
    if (call->broker != NULL)
        call->broker->held -= call->held - call->held_got;
    call->held = call->held_got;
    cupel_broker_call_clear(&call->call);
    free(call->frame);
    call->frame = NULL;
    free(call->chdir);
    call->chdir = NULL;
    cupel_strings_free(call->environment);
    call->environment = NULL;
}
