#include <errno.h>
#include <stdlib.h>

#include "cupel/wire.h"
#include "wire/frame.h"

int cupel_wire_encode_run(const struct cupel_wire_run *in, void *buf, size_t size)
{
    struct wire_writer w = wire_begin(buf, size, CUPEL_WIRE_RUN);

    wire_put_bool(&w, in->fresh_box);
    wire_put_bool(&w, in->loopback);
    wire_put_bool(&w, in->has_cgroup);
    wire_put_bool(&w, in->has_report);
    wire_put_bool(&w, in->has_broker);
    wire_put_bool(&w, in->keeps_files);
    wire_put_bool(&w, in->small_pages);
    wire_put_bool(&w, in->more);
    wire_put_u64(&w, in->disk_bytes);
    wire_put_u64(&w, in->inodes);
    for (size_t i = 0; i < CUPEL_WIRE_RLIMITS; i++)
        wire_put_u64(&w, in->rlimits[i]);
    wire_put_string(&w, in->chdir);
    wire_put_strings(&w, in->argv);
    wire_put_strings(&w, in->environment);
    wire_put_u32(&w, (uint32_t)in->rule_count);
    for (size_t i = 0; i < in->rule_count; i++) {
        wire_put_string(&w, in->rules[i].path);
        wire_put_u32(&w, (uint32_t)in->rules[i].access);
    }
    wire_put_u32(&w, (uint32_t)in->file_count);
    for (size_t i = 0; i < in->file_count; i++) {
        wire_put_string(&w, in->files[i].path);
        wire_put_u64(&w, in->files[i].len);
        wire_put_bool(&w, in->files[i].executable);
    }
    wire_put_bytes(&w, in->filter, in->filter_count * 8);
    wire_put_bytes(&w, in->notify_filter, in->notify_filter_count * 8);
    return wire_finish(&w);
}

static void get_rules(struct wire_reader *r, struct cupel_wire_run *ret)
{
    ret->rule_count = wire_get_count(r, CUPEL_WIRE_RULES);
    for (size_t i = 0; i < ret->rule_count && !r->bad; i++) {
        ret->rules[i].path = wire_get_string(r);
        uint32_t access = wire_get_u32(r);
        if (access >= CUPEL_WIRE_ACCESSES)
            r->bad = true;
        else
            ret->rules[i].access = (enum cupel_wire_access)access;
    }
}

/* NULL if there are none, or no memory: file_count tells. */
static struct cupel_wire_file *get_files(struct wire_reader *r, size_t *ret_count)
{
    size_t count = wire_get_count(r, CUPEL_WIRE_FILES);
    struct cupel_wire_file *files = count > 0 ? calloc(count, sizeof(*files)) : NULL;

    *ret_count = count;
    for (size_t i = 0; files != NULL && i < count && !r->bad; i++) {
        files[i].path = wire_get_string(r);
        files[i].len = wire_get_u64(r);
        files[i].executable = wire_get_bool(r);
    }
    return files;
}

static const void *get_filter(struct wire_reader *r, size_t *ret_count)
{
    size_t len = 0;
    const void *filter = wire_get_bytes(r, &len);

    *ret_count = len / 8;
    if (len % 8 != 0 || *ret_count > CUPEL_WIRE_FILTER)
        r->bad = true;
    return len > 0 ? filter : NULL;
}

int cupel_wire_decode_run(const void *buf, size_t len, struct cupel_wire_run *ret)
{
    struct wire_reader r = wire_open_frame(buf, len, CUPEL_WIRE_RUN);
    struct cupel_wire_run run = {0};

    run.fresh_box = wire_get_bool(&r);
    run.loopback = wire_get_bool(&r);
    run.has_cgroup = wire_get_bool(&r);
    run.has_report = wire_get_bool(&r);
    run.has_broker = wire_get_bool(&r);
    run.keeps_files = wire_get_bool(&r);
    run.small_pages = wire_get_bool(&r);
    run.more = wire_get_bool(&r);
    run.disk_bytes = wire_get_u64(&r);
    run.inodes = wire_get_u64(&r);
    for (size_t i = 0; i < CUPEL_WIRE_RLIMITS; i++)
        run.rlimits[i] = wire_get_u64(&r);
    run.chdir = wire_get_string(&r);
    run.argv = wire_get_strings(&r, CUPEL_WIRE_STRINGS);
    run.environment = wire_get_strings(&r, CUPEL_WIRE_STRINGS);
    get_rules(&r, &run);
    run.files = get_files(&r, &run.file_count);
    run.filter = get_filter(&r, &run.filter_count);
    run.notify_filter = get_filter(&r, &run.notify_filter_count);

    int code = wire_close_frame(&r);
    if (run.argv == NULL || run.environment == NULL ||
        (run.files == NULL && run.file_count > 0))
        code = -ENOMEM;
    else if (run.argv[0] == NULL || run.filter == NULL)
        code = -EPROTO;
    if (code < 0) {
        cupel_wire_run_clear(&run);
        return code;
    }
    *ret = run;
    return 0;
}

void cupel_wire_run_clear(struct cupel_wire_run *run)
{
    free(run->argv);
    free(run->environment);
    free(run->files);
    run->argv = NULL;
    run->environment = NULL;
    run->files = NULL;
}
