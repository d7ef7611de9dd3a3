#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "cupel/text.h"
#include "grader/submission_match.h"
#include "grader/submission_tree.h"

#define WARNING_BYTES_MAX 4096
#define WARNINGS_MAX      50
#define FIRST_LINE_MAX    256 /* the kernel looks at no more of a "#!" line */

int cupel_tree_warn(struct cupel_submission *submission, const char *fmt, ...)
{
    CUPEL_AUTO_FREE char *text = NULL;
    size_t count = 0;
    va_list ap;
    char *clean;

    while (submission->warnings != NULL && submission->warnings[count] != NULL)
        count++;
    if (count >= WARNINGS_MAX)
        return 0;
    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (n < 0) {
        text = NULL;
        return -ENOMEM;
    }
    char **grown = reallocarray(submission->warnings, count + 2, sizeof(*grown));
    if (grown == NULL)
        return -ENOMEM;
    submission->warnings = grown;
    grown[count] = NULL;
    int r = cupel_text_clean(text, (size_t)n, WARNING_BYTES_MAX, &clean);
    if (r < 0)
        return r;
    grown[count] = clean;
    grown[count + 1] = NULL;
    return 0;
}

/* 1 if the first line asks for an interpreter and ends in CR LF, 0 if not, or -errno. */
static int has_bad_first_line(int box_fd, const char *path, struct cupel_error *err)
{
    char head[FIRST_LINE_MAX];

    CUPEL_AUTO_FD fd = cupel_path_open_beneath(box_fd, path, O_RDONLY | O_NOFOLLOW, err);
    if (fd < 0)
        return fd;
    ssize_t n = TEMP_FAILURE_RETRY(read(fd, head, sizeof(head)));
    if (n < 0)
        return cupel_fail_errno(err, "read %s", path);
    if (n < 3 || memcmp(head, "#!", 2) != 0)
        return 0;
    const char *end = memchr(head, '\n', (size_t)n);
    return end != NULL && end[-1] == '\r';
}

int cupel_tree_warn_of_scripts(int box_fd, const struct cupel_entries *entries,
                               const struct cupel_intake *intake,
                               struct cupel_submission *submission, struct cupel_error *err)
{
    for (size_t i = 0; i < entries->count; i++) {
        const struct cupel_entry *entry = &entries->items[i];
        if (!S_ISREG(entry->st.st_mode) || !cupel_match_keeps(intake, entry->path))
            continue;
        int r = has_bad_first_line(box_fd, entry->path, err);
        if (r < 0)
            return r;
        if (r == 0)
            continue;
        r = cupel_tree_warn(
            submission,
            "%s: line 1 (\"#!\") ends in a carriage return; the system takes it "
            "for a part of the interpreter's name (save the file with line ends "
            "of Unix)",
            entry->path);
        if (r < 0)
            return cupel_fail(err, r, "no memory");
    }
    return 0;
}
