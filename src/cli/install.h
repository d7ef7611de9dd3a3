/* Where the parts of cupel are: everything is found from the executable itself. */
#ifndef CUPEL_CLI_INSTALL_H
#define CUPEL_CLI_INSTALL_H

#include <limits.h>

#include "cupel/error.h"

struct cupel_cli_paths {
    char cupel[PATH_MAX];    /* $prefix/bin/cupel */
    char cell[PATH_MAX];     /* $prefix/libexec/cupel/cupel-cell */
    char unpack[PATH_MAX];   /* $prefix/libexec/cupel/cupel-unpack */
    char exec[PATH_MAX];     /* $prefix/libexec/cupel/cupel-exec */
    char scope[PATH_MAX];    /* $prefix/libexec/cupel/cupel-scope */
    char service[PATH_MAX];  /* $prefix/libexec/cupel/cupel-service, which need not be there */
    char policies[PATH_MAX]; /* $prefix/share/cupel/policies */
    char graders[PATH_MAX];  /* $prefix/share/cupel/graders */
    char harness[PATH_MAX];  /* $prefix/share/cupel/harness */
    char filters[PATH_MAX];  /* $XDG_CACHE_HOME/cupel or $HOME/.cache/cupel; "" where neither is
                                set */
};

/* prefix is the parent of the folder in which the running executable is: bin, or libexec/cupel.
 * Returns 0 or -errno;
 * whether the files exist is not checked. */
CUPEL_MUST_CHECK int cupel_cli_paths_find(struct cupel_cli_paths *ret, struct cupel_error *err);

#endif
