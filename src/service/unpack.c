/*
 * cupel-service unpack FOLDER MAX-SIZE MAX-FILES: an archive on standard input, to files below
 * FOLDER. `cupel serve` starts it for an archive that was uploaded (archive.c).
 *
 * Theory of operation. The archive is read by cupel-unpack in a cell alone, as a submission is;
 * here its bytes are copied, and afterwards the files that are in the box. The process ends by
 * SIGALRM if that takes too long, and the cell with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/install.h"
#include "cupel/cell.h"
#include "cupel/cleanup.h"
#include "cupel/copy_tree.h"
#include "cupel/filters.h"
#include "cupel/submission.h"
#include "service/archive.h"
#include "service/commands.h"

#define FILES_MAX 1000000

struct unpacking {
    struct cupel_intake intake; /* names no files: all are taken */
    const char *folder;
    struct cupel_cli_paths paths;
    struct cupel_policy *policy;
    struct cupel_filters filters;
    struct cupel_cell_mount *mounts;
    struct cupel_cell *cell;
    int packed_fd;
};

static int load_policy(struct unpacking *unpacking, struct cupel_error *err)
{
    struct cupel_diagnostics diagnostics = {0};

    int r = cupel_policy_load(unpacking->paths.policies, "unpack", cupel_arch_native(),
                              &diagnostics, &unpacking->policy, err);
    if (r == -EINVAL)
        r = cupel_fail(err, r, "policy unpack is invalid");
    cupel_diagnostics_clear(&diagnostics);
    return r;
}

static int set_up_cell(struct unpacking *unpacking, struct cupel_error *err)
{
    const struct cupel_limits limits =
        cupel_submission_limits(unpacking->policy, &unpacking->intake);
    struct cupel_cell_options options = {
        .unpack_path = unpacking->paths.unpack,
        .lanes = 1,
        .box_bytes = limits.disk_bytes,
        .box_inodes = limits.inodes,
        .network = CUPEL_NETWORK_NONE,
    };

    int r =
        cupel_cell_mounts(&unpacking->policy, 1, 0, &unpacking->mounts, &options.mount_count);
    if (r < 0)
        return cupel_fail(err, r, "out of memory");
    options.mounts = unpacking->mounts;
    return cupel_cell_set_up(unpacking->cell, &options, err);
}

/* -EBADMSG: it is the archive's fault. */
static int pack(struct unpacking *unpacking, struct cupel_error *err)
{
    int r = cupel_submission_pack("-", STDIN_FILENO, &unpacking->intake, &unpacking->packed_fd,
                                  err);
    return r == -EINVAL ? cupel_fail(err, -EBADMSG,
                                     "it is none; expected zip, 7z or tar, which may be "
                                     "packed by gzip, bzip2, xz or zstd")
                        : r;
}

/* The cell makes its namespaces while the archive is copied. */
static int prepare(struct unpacking *unpacking, struct cupel_error *err)
{
    int r = cupel_cli_paths_find(&unpacking->paths, err);
    if (r == 0)
        r = cupel_cell_start(unpacking->paths.cell, NULL, &unpacking->cell, err);
    if (r == 0)
        r = load_policy(unpacking, err);
    if (r == 0)
        r = set_up_cell(unpacking, err);
    if (r == 0)
        r = pack(unpacking, err);
    if (r == 0)
        r = cupel_filters_get(unpacking->paths.filters, unpacking->policy, &unpacking->filters,
                              err);
    return r == 0 ? cupel_cell_wait(unpacking->cell, err) : r;
}

static int unpack(struct unpacking *unpacking, struct cupel_error *err)
{
    const struct cupel_grader grader = {
        .policies = &unpacking->policy, .filters = &unpacking->filters, .policy_count = 1};
    struct cupel_submission submission = {0};

    int r = cupel_submission_unpack(unpacking->cell, unpacking->packed_fd, &grader,
                                    &unpacking->intake, &submission, err);
    if (r == 0 && submission.rejected)
        r = cupel_fail(err, -EBADMSG, "%s", submission.reason);
    cupel_submission_clear(&submission);
    return r;
}

/* A tree of the queue's (tree.h) has no links: a grader without them would be another one. */
static int check_files(const char *folder, struct cupel_error *err)
{
    char *paths[] = {(char *)(uintptr_t)folder, NULL};
    const FTSENT *entry;
    int r = 0;

    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (walk == NULL)
        return cupel_fail_errno(err, "look at the files");
    while (r == 0 && (entry = fts_read(walk)) != NULL) {
        if (entry->fts_info == FTS_SL || entry->fts_info == FTS_SLNONE)
            r = cupel_fail(err, -EBADMSG, "%s: it is a link; expected files and folders alone",
                           entry->fts_path + strlen(folder) + 1);
    }
    (void)fts_close(walk);
    return r;
}

static int copy_out(const struct unpacking *unpacking, struct cupel_error *err)
{
    CUPEL_AUTO_FD fd = open(unpacking->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return cupel_fail_errno(err, "%s", unpacking->folder);
    int r = cupel_copy_tree(cupel_cell_box_fd(unpacking->cell), fd, err);
    return r == 0 ? check_files(unpacking->folder, err) : r;
}

static void clear(struct unpacking *unpacking)
{
    cupel_cell_free(unpacking->cell);
    cupel_filters_clear(&unpacking->filters);
    cupel_policy_free(unpacking->policy);
    free(unpacking->mounts);
    cupel_close_p(&unpacking->packed_fd);
}

int service_unpack(int argc, char **argv)
{
    struct unpacking unpacking = {.intake.strip_root = true, .packed_fd = -1};
    struct cupel_error err = {0};

    if (argc != 4 ||
        !cupel_cli_parse_number(argv[2], 1, INT64_MAX / 2, &unpacking.intake.max_size_bytes) ||
        !cupel_cli_parse_number(argv[3], 1, FILES_MAX, &unpacking.intake.max_files))
        return cupel_cli_usage(argv[0], "expected FOLDER MAX-SIZE MAX-FILES");
    unpacking.folder = argv[1];
    (void)alarm(ARCHIVE_TIME_MAX_S);
    int r = prepare(&unpacking, &err);
    if (r == 0)
        r = unpack(&unpacking, &err);
    if (r == 0)
        r = copy_out(&unpacking, &err);
    clear(&unpacking);
    if (r == 0)
        return ARCHIVE_UNPACKED;
    struct cupel_error unsaid = {0};
    (void)!cupel_cli_write(NULL, err.text, &unsaid);
    return r == -EBADMSG ? ARCHIVE_REJECTED : ARCHIVE_FAILED;
}
