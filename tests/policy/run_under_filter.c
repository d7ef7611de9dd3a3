/*
 * Runs a command under the system call filter of a policy, and under nothing else:
 * run_under_filter FOLDER POLICY COMMAND [ARGUMENT…]
 * Exits with 125 if that could not be done.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cupel/policy.h"

#define EXIT_NO_FILTER 125

static int load(const char *folder, const char *name, struct cupel_filter *ret)
{
    struct cupel_diagnostics diagnostics = {0};
    struct cupel_policy *policy = NULL;
    struct cupel_error err = {0};

    int r = cupel_policy_load(folder, name, cupel_arch_native(), &diagnostics, &policy, &err);
    if (r == 0)
        r = cupel_policy_compile(policy, CUPEL_FILTER_ENFORCE, ret, &err);
    if (r < 0)
        (void)fprintf(stderr, "%s\n", err.text);
    cupel_policy_free(policy);
    cupel_diagnostics_clear(&diagnostics);
    return r;
}

int main(int argc, char **argv)
{
    struct cupel_filter filter = {0};

    if (argc < 4 || load(argv[1], argv[2], &filter) < 0)
        return EXIT_NO_FILTER;
    struct sock_fprog program = {.len = (unsigned short)filter.count,
                                 .filter = filter.instructions};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) {
        perror("prctl");
        return EXIT_NO_FILTER;
    }
    (void)execvp(argv[3], argv + 3);
    perror(argv[3]);
    return EXIT_NO_FILTER;
}
