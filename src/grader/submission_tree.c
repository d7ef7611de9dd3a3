#include "grader/submission_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/text.h"
#include "grader/submission_match.h"
#include "unpack/beneath.h"

#define REASON_BYTES_MAX 4096

void cupel_submission_clear(struct cupel_submission *submission)
{
    free(submission->reason);
    for (size_t i = 0; submission->warnings != NULL && submission->warnings[i] != NULL; i++)
        free(submission->warnings[i]);
    free(submission->warnings);
    *submission = (struct cupel_submission){0};
}

static int reject(struct cupel_submission *submission, const char *reason,
                  struct cupel_error *err)
{
    int r = cupel_text_clean(reason, strlen(reason), REASON_BYTES_MAX, &submission->reason);

    if (r < 0)
        return cupel_fail(err, r, "no memory");
    submission->rejected = true;
    return 0;
}

/* Paths of the regular files, NULL-terminated, borrowed from entries; the caller frees the
 * array. NULL: no memory. */
static const char **file_paths(const struct cupel_entries *entries)
{
    const char **paths = calloc(entries->count + 1, sizeof(*paths));
    size_t count = 0;

    for (size_t i = 0; paths != NULL && i < entries->count; i++) {
        if (S_ISREG(entries->items[i].st.st_mode))
            paths[count++] = entries->items[i].path;
    }
    return paths;
}

/* The folder that all else is in, or NULL. As entries are sorted, it would be the first. */
static const char *wrapper_of(const struct cupel_entries *entries)
{
    if (entries->count == 0 || !S_ISDIR(entries->items[0].st.st_mode))
        return NULL;
    for (size_t i = 1; i < entries->count; i++) {
        if (strchr(entries->items[i].path, '/') == NULL)
            return NULL;
    }
    return entries->items[0].path;
}

/* Strip the wrapping folder, and list what is there then. */
static int unwrap(int box_fd, const struct cupel_intake *intake, struct cupel_entries *entries,
                  struct cupel_error *err)
{
    const char *wrapper = wrapper_of(entries);

    if (!intake->strip_root || wrapper == NULL)
        return 0;
    CUPEL_AUTO_FREE const char **paths = file_paths(entries);
    if (paths == NULL)
        return cupel_fail(err, -ENOMEM, "no memory");
    if (cupel_match_fits(intake, paths))
        return 0;
    int r = cupel_tree_strip(box_fd, wrapper, err);
    if (r < 0)
        return r;
    cupel_entries_clear(entries);
    r = cupel_entries_list(box_fd, intake->max_files, false, entries, err);
    /* a link that was inside may point out of what is left */
    return r < 0 ? r : cupel_tree_verify(box_fd, entries, intake, err);
}

static void count(const struct cupel_entries *entries, struct cupel_submission *submission)
{
    for (size_t i = 0; i < entries->count; i++) {
        const struct cupel_entry *entry = &entries->items[i];
        if (!S_ISREG(entry->st.st_mode))
            continue;
        submission->files++;
        submission->bytes += (uint64_t)entry->st.st_size;
    }
}

/* Returns 1 if it was removed, 0 if it is a folder that holds something, or -errno. */
static int remove_entry(int box_fd, const struct cupel_entry *entry, struct cupel_error *err)
{
    const char *base;

    CUPEL_AUTO_FD parent = cupel_beneath_parent(box_fd, entry->path, &base, err);
    if (parent < 0)
        return parent;
    if (unlinkat(parent, base, S_ISDIR(entry->st.st_mode) ? AT_REMOVEDIR : 0) == 0)
        return 1;
    if (errno == ENOTEMPTY || errno == EEXIST)
        return 0;
    return cupel_fail_errno(err, "remove %s", entry->path);
}

/* Remove what the intake does not name; backwards, so that folders come after what they hold.
 */
static int leave_out(int box_fd, const struct cupel_intake *intake,
                     const struct cupel_entries *entries, struct cupel_submission *submission,
                     struct cupel_error *err)
{
    CUPEL_AUTO_FREE const char **unused = calloc(entries->count + 1, sizeof(*unused));
    size_t at = entries->count; /* filled from its end, to be in order */

    if (unused == NULL)
        return cupel_fail(err, -ENOMEM, "no memory");
    for (size_t i = entries->count; i-- > 0;) {
        const struct cupel_entry *entry = &entries->items[i];
        bool folder = S_ISDIR(entry->st.st_mode);
        if (!folder && cupel_match_keeps(intake, entry->path))
            continue;
        int r = remove_entry(box_fd, entry, err);
        if (r < 0)
            return r;
        if (!folder)
            unused[--at] = entry->path;
    }
    if (at == entries->count)
        return 0;
    CUPEL_AUTO_FREE char *names = cupel_match_list(unused + at);
    int r = names == NULL ? -ENOMEM : cupel_tree_warn(submission, "not used: %s", names);
    return r < 0 ? cupel_fail(err, r, "no memory") : 0;
}

/* Sets *ret_missing to the reason if something is missing; the caller frees. */
static int check_missing(const struct cupel_intake *intake, const struct cupel_entries *entries,
                         char **ret_missing, struct cupel_error *err)
{
    CUPEL_AUTO_FREE const char **paths = file_paths(entries);

    int r = paths == NULL ? -ENOMEM : cupel_match_missing(intake, paths, ret_missing);
    return r < 0 ? cupel_fail(err, r, "no memory") : 0;
}

/* From a verified, unwrapped tree. */
static int take(int box_fd, const struct cupel_intake *intake,
                const struct cupel_entries *entries, struct cupel_submission *submission,
                struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *missing = NULL;

    int r = check_missing(intake, entries, &missing, err);
    if (r < 0)
        return r;
    if (missing != NULL)
        return reject(submission, missing, err);
    r = cupel_tree_hash(box_fd, entries, submission->sha256, err);
    if (r < 0)
        return r;
    count(entries, submission);
    if (!cupel_match_is_open(intake))
        r = leave_out(box_fd, intake, entries, submission, err);
    if (r < 0)
        return r;
    return cupel_tree_warn_of_scripts(box_fd, entries, intake, submission, err);
}

int cupel_tree_take(int box_fd, const struct cupel_intake *intake, struct cupel_submission *ret,
                    struct cupel_error *err)
{
    struct cupel_submission submission = {0};
    struct cupel_error reason = {0};

    CUPEL_AUTO_ENTRIES entries = {0};
    int r = cupel_entries_list(box_fd, intake->max_files, false, &entries, &reason);
    if (r == 0)
        r = cupel_tree_verify(box_fd, &entries, intake, &reason);
    if (r == 0)
        r = unwrap(box_fd, intake, &entries, &reason);
    if (r == 0)
        r = take(box_fd, intake, &entries, &submission, &reason);
    if (r == -EBADMSG)
        r = reject(&submission, reason.text, &reason);
    if (r < 0) {
        cupel_submission_clear(&submission);
        return cupel_fail(err, r, "%s", reason.text);
    }
    *ret = submission;
    return 0;
}
