/*
 * The whole way of a submission, but without a cell: pack it, run cupel-unpack in the current
 * folder, and take in what is there.
 *
 * Usage: take_in UNPACK SUBMISSION [PATTERN…]   (patterns of required files)
 * Prints "SHA256 FILES BYTES", then a line "warning: …" each; or "rejected: …". Exit status 0.
 * What goes wrong otherwise is on standard error, and the exit status is 1.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/submission.h"
#include "grader/submission_tree.h"

static char max_size[] = "1000000";
static char max_files[] = "50";

/* The exit status; a reason goes to standard output. */
static int unpack(const char *program, int packed_fd)
{
    int status;

    pid_t child = fork();
    if (child == 0) {
        (void)dup2(packed_fd, STDIN_FILENO);
        (void)execl(program, program, "--max-size", max_size, "--max-files", max_files, NULL);
        _exit(127);
    }
    if (child < 0 || TEMP_FAILURE_RETRY(waitpid(child, &status, 0)) < 0)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void print(const struct cupel_submission *s)
{
    if (s->rejected) {
        (void)printf("rejected: %s\n", s->reason);
        return;
    }
    (void)printf("%s %" PRIu64 " %" PRIu64 "\n", s->sha256, s->files, s->bytes);
    for (size_t i = 0; s->warnings != NULL && s->warnings[i] != NULL; i++)
        (void)printf("warning: %s\n", s->warnings[i]);
}

static int fail(const struct cupel_error *err)
{
    (void)fprintf(stderr, "%s\n", err->text);
    return 1;
}

int main(int argc, char **argv)
{
    struct cupel_intake intake = {
        .max_size_bytes = 1000000, .max_files = 50, .strip_root = true};
    struct cupel_submission submission;
    struct cupel_error err = {0};
    int packed;

    if (argc < 3)
        return 2;
    intake.files = argv + 3;
    if (cupel_submission_pack(argv[2], STDIN_FILENO, &intake, &packed, &err) < 0)
        return fail(&err);
    CUPEL_AUTO_FD packed_fd = packed;
    int status = unpack(argv[1], packed_fd);
    if (status != 0)
        return status == 3 ? 0 : 1;
    CUPEL_AUTO_FD box = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (cupel_tree_take(box, &intake, &submission, &err) < 0)
        return fail(&err);
    print(&submission);
    cupel_submission_clear(&submission);
    return 0;
}
