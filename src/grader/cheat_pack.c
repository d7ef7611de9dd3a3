#include "grader/cheat_pack.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "grader/cheat_harness.h"
#include "grader/cheat_report.h"
#include "grader/tar.h"

struct packing {
    enum cupel_cheat cheat;
    struct cupel_cheat_forgery forgery;
    int fd;
    bool made;
    bool keeps;
};

static int add_plain(struct packing *packing, const struct cupel_run_file *file,
                     struct cupel_error *err)
{
    const void *bytes = file->bytes != NULL ? file->bytes : "";

    return cupel_tar_add(packing->fd, file->path, bytes, file->len, err);
}

/* file->bytes: of a sample, or NULL. */
static int add_cheating(struct packing *packing, const struct cupel_run_file *file,
                        struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *program = NULL;

    int r = cupel_cheat_harness_program(file->path, packing->cheat, file->bytes,
                                        &packing->forgery, &program);
    if (r < 0)
        return cupel_fail(err, r, "out of memory");
    if (program == NULL)
        return add_plain(packing, file, err);
    packing->made = true;
    packing->keeps = packing->keeps || (file->bytes != NULL &&
                                        cupel_cheat_keeps_sample(file->path, packing->cheat));
    return cupel_tar_add(packing->fd, file->path, program, strlen(program), err);
}

static int add_all(struct packing *packing, const struct cupel_cheat_sample *sample,
                   const char *program, char *const *names, struct cupel_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < sample->count; i++)
        r = add_cheating(packing, &sample->files[i], err);
    for (; r == 0 && sample->count == 0 && *names != NULL; names++) {
        const struct cupel_run_file file = {.path = *names};
        r = *names == program ? add_cheating(packing, &file, err)
                              : add_plain(packing, &file, err);
    }
    return r < 0 ? r : cupel_tar_finish(packing->fd, err);
}

int cupel_cheat_pack_harness(const struct cupel_grader *grader, enum cupel_cheat cheat,
                             const struct cupel_cheat_sample *sample, const char *program,
                             char *const *names, int fd, bool *ret_made, bool *ret_keeps,
                             struct cupel_error *err)
{
    const struct cupel_grader_harness *target = cupel_cheat_target(grader);
    CUPEL_AUTO_FREE char *report = cupel_cheat_report(grader, target);
    CUPEL_AUTO_FREE char *file = NULL;

    if (report == NULL || asprintf(&file, "%s%s", target->file != NULL ? "/box/" : "",
                                   target->file != NULL ? target->file : "") < 0) {
        file = NULL;
        return cupel_fail(err, -ENOMEM, "out of memory");
    }
    struct packing packing = {.cheat = cheat, .forgery = {report, file}, .fd = fd};
    int r = add_all(&packing, sample, program, names, err);
    *ret_made = packing.made;
    *ret_keeps = packing.keeps;
    return r;
}
