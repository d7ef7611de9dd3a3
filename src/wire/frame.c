#include "cupel/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "wire/frame.h"

#define MAGIC 0x31505543U /* "CUP1" */

#define PROCESSES_MAX 4194304U /* that a kernel has: PID_MAX_LIMIT */

struct wire_writer wire_begin(void *buf, size_t size, enum cupel_wire_type type)
{
    return wire_put_header(buf, size < CUPEL_WIRE_MAX ? size : CUPEL_WIRE_MAX, MAGIC,
                           (uint32_t)type);
}

int cupel_wire_type(const void *buf, size_t len, enum cupel_wire_type *ret)
{
    uint32_t type = 0;

    if (len > CUPEL_WIRE_MAX || !wire_get_header(buf, len, MAGIC, &type) ||
        type < CUPEL_WIRE_SETUP || type > CUPEL_WIRE_FAILED)
        return -EPROTO;
    *ret = (enum cupel_wire_type)type;
    return 0;
}

struct wire_reader wire_open_frame(const void *buf, size_t len, enum cupel_wire_type expected)
{
    enum cupel_wire_type type = expected;
    bool good = cupel_wire_type(buf, len, &type) == 0 && type == expected;

    return wire_skip_header(buf, len, good);
}

int cupel_wire_encode_setup(const struct cupel_wire_setup *in, void *buf, size_t size)
{
    struct wire_writer w = wire_begin(buf, size, CUPEL_WIRE_SETUP);

    wire_put_u32(&w, in->lanes);
    wire_put_bool(&w, in->has_unpack);
    wire_put_bool(&w, in->has_exec);
    wire_put_bool(&w, in->loopback);
    wire_put_bool(&w, in->copy_box);
    wire_put_u64(&w, in->box_bytes);
    wire_put_u64(&w, in->box_inodes);
    wire_put_u32(&w, (uint32_t)in->mount_count);
    for (size_t i = 0; i < in->mount_count; i++) {
        wire_put_string(&w, in->mounts[i].source);
        wire_put_string(&w, in->mounts[i].destination);
        wire_put_bool(&w, in->mounts[i].writable);
        wire_put_bool(&w, in->mounts[i].optional);
    }
    wire_put_u32(&w, (uint32_t)in->alias_count);
    for (size_t i = 0; i < in->alias_count; i++) {
        wire_put_string(&w, in->aliases[i].path);
        wire_put_string(&w, in->aliases[i].folder);
    }
    return wire_finish(&w);
}

int cupel_wire_decode_setup(const void *buf, size_t len, struct cupel_wire_setup *ret)
{
    struct wire_reader r = wire_open_frame(buf, len, CUPEL_WIRE_SETUP);

    *ret = (struct cupel_wire_setup){0};
    ret->lanes = wire_get_u32(&r);
    ret->has_unpack = wire_get_bool(&r);
    ret->has_exec = wire_get_bool(&r);
    ret->loopback = wire_get_bool(&r);
    ret->copy_box = wire_get_bool(&r);
    ret->box_bytes = wire_get_u64(&r);
    ret->box_inodes = wire_get_u64(&r);
    ret->mount_count = wire_get_count(&r, CUPEL_WIRE_MOUNTS);
    for (size_t i = 0; i < ret->mount_count && !r.bad; i++) {
        ret->mounts[i].source = wire_get_string(&r);
        ret->mounts[i].destination = wire_get_string(&r);
        ret->mounts[i].writable = wire_get_bool(&r);
        ret->mounts[i].optional = wire_get_bool(&r);
    }
    ret->alias_count = wire_get_count(&r, CUPEL_WIRE_ALIASES);
    for (size_t i = 0; i < ret->alias_count && !r.bad; i++) {
        ret->aliases[i].path = wire_get_string(&r);
        ret->aliases[i].folder = wire_get_string(&r);
    }
    return wire_close_frame(&r);
}

int cupel_wire_encode_ready(const struct cupel_wire_ready *in, void *buf, size_t size)
{
    struct wire_writer w = wire_begin(buf, size, CUPEL_WIRE_READY);

    wire_put_u32(&w, in->landlock_abi);
    return wire_finish(&w);
}

int cupel_wire_decode_ready(const void *buf, size_t len, struct cupel_wire_ready *ret)
{
    struct wire_reader r = wire_open_frame(buf, len, CUPEL_WIRE_READY);

    ret->landlock_abi = wire_get_u32(&r);
    if (ret->landlock_abi > INT32_MAX)
        r.bad = true;
    return wire_close_frame(&r);
}

int cupel_wire_encode_started(void *buf, size_t size)
{
    struct wire_writer w = wire_begin(buf, size, CUPEL_WIRE_STARTED);

    return wire_finish(&w);
}

int cupel_wire_decode_started(const void *buf, size_t len)
{
    struct wire_reader r = wire_open_frame(buf, len, CUPEL_WIRE_STARTED);

    return wire_close_frame(&r);
}

int cupel_wire_encode_listener(void *buf, size_t size)
{
    struct wire_writer w = wire_begin(buf, size, CUPEL_WIRE_LISTENER);

    return wire_finish(&w);
}

int cupel_wire_decode_listener(const void *buf, size_t len)
{
    struct wire_reader r = wire_open_frame(buf, len, CUPEL_WIRE_LISTENER);

    return wire_close_frame(&r);
}

int cupel_wire_encode_exited(const struct cupel_wire_exited *in, void *buf, size_t size)
{
    struct wire_writer w = wire_begin(buf, size, CUPEL_WIRE_EXITED);

    wire_put_u32(&w, (uint32_t)in->wait_status);
    wire_put_u32(&w, (uint32_t)in->exec_errno);
    wire_put_bool(&w, in->command_ended);
    wire_put_bool(&w, in->stopped);
    wire_put_bool(&w, in->disk_full);
    wire_put_bool(&w, in->file_at_limit);
    wire_put_u64(&w, in->wall_ns);
    wire_put_u64(&w, in->user_ns);
    wire_put_u64(&w, in->system_ns);
    wire_put_u64(&w, in->setup_ns);
    wire_put_u32(&w, in->left);
    wire_put_u64(&w, in->max_rss_bytes);
    return wire_finish(&w);
}

/* As wait(2) tells of what has ended. */
static bool is_end(int status)
{
    if (WIFEXITED(status))
        return (status & ~0xff00) == 0;
    return WIFSIGNALED(status) && WTERMSIG(status) < NSIG && (status & ~0xff) == 0;
}

/* Figures that no run can have contradict themselves: whoever sent them is not our cell. */
static bool is_possible(const struct cupel_wire_exited *exited)
{
    int status = exited->wait_status;
    bool exec_failed = exited->exec_errno != 0;

    if (!is_end(status) || exited->left > PROCESSES_MAX)
        return false;
    if (exec_failed && WIFEXITED(status) && WEXITSTATUS(status) != 126 &&
        WEXITSTATUS(status) != 127)
        return false;
    /* Init ends by itself only when all that it told is complete. */
    if (!exited->command_ended && WIFEXITED(status))
        return false;
    return exited->wall_ns == 0 || (exited->command_ended && !exited->stopped);
}

int cupel_wire_decode_exited(const void *buf, size_t len, struct cupel_wire_exited *ret)
{
    struct wire_reader r = wire_open_frame(buf, len, CUPEL_WIRE_EXITED);

    ret->wait_status = (int32_t)wire_get_u32(&r);
    ret->exec_errno = (int32_t)wire_get_u32(&r);
    ret->command_ended = wire_get_bool(&r);
    ret->stopped = wire_get_bool(&r);
    ret->disk_full = wire_get_bool(&r);
    ret->file_at_limit = wire_get_bool(&r);
    ret->wall_ns = wire_get_u64(&r);
    ret->user_ns = wire_get_u64(&r);
    ret->system_ns = wire_get_u64(&r);
    ret->setup_ns = wire_get_u64(&r);
    ret->left = wire_get_u32(&r);
    ret->max_rss_bytes = wire_get_u64(&r);
    if (ret->exec_errno < 0 || ret->exec_errno > 4095 || !is_possible(ret))
        r.bad = true;
    return wire_close_frame(&r);
}

int cupel_wire_encode_failed(const struct cupel_wire_failed *in, void *buf, size_t size)
{
    struct wire_writer w = wire_begin(buf, size, CUPEL_WIRE_FAILED);

    wire_put_u32(&w, (uint32_t)in->code);
    wire_put_string(&w, in->text);
    return wire_finish(&w);
}

int cupel_wire_decode_failed(const void *buf, size_t len, struct cupel_wire_failed *ret)
{
    struct wire_reader r = wire_open_frame(buf, len, CUPEL_WIRE_FAILED);
    int32_t code = (int32_t)wire_get_u32(&r);
    const char *text = wire_get_string(&r);
    size_t text_len = strlen(text);

    if (code >= 0 || code < -4095 || text_len >= sizeof(ret->text))
        r.bad = true;
    int result = wire_close_frame(&r);
    if (result == 0) {
        ret->code = code;
        memcpy(ret->text, text, text_len + 1);
    }
    return result;
}
