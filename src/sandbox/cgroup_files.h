/*
 * Files of one cgroup, named below an open folder of it. Source: the kernel's
 * Documentation/admin-guide/cgroup-v2.rst.
 */
#ifndef CUPEL_SANDBOX_CGROUP_FILES_H
#define CUPEL_SANDBOX_CGROUP_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cupel/error.h"

#define CGROUP_TEXT 4096 /* room for any file that is read here but cgroup.procs */

/* Read a file into text, NUL-terminated. Returns its length or -errno. */
CUPEL_MUST_CHECK int cgroup_read(int folder_fd, const char *file, char *text, size_t size);

/* One write of text. Returns 0 or -errno. */
CUPEL_MUST_CHECK int cgroup_write(int folder_fd, const char *file, const char *text);

/* As above, in decimal. */
CUPEL_MUST_CHECK int cgroup_write_number(int folder_fd, const char *file, uint64_t number);

/* The number that a file holds alone; *ret is UINT64_MAX for "max". 0, -EPROTO or -errno. */
CUPEL_MUST_CHECK int cgroup_read_number(int folder_fd, const char *file, uint64_t *ret);

/* The number behind key in a text of lines "KEY NUMBER"; UINT64_MAX if it is not there. Pure.
 */
uint64_t cgroup_find_key(const char *text, const char *key);

/* Whether word is one of those in text, which white space separates. Pure. */
bool cgroup_has_word(const char *text, const char *word);

/* The path behind "0::" in the text of /proc/PID/cgroup. Returns its length and sets *ret to
 * its start within text; -ENOENT. Pure. */
CUPEL_MUST_CHECK int cgroup_find_own_path(const char *text, const char **ret);

/* Whether the text of /proc/cgroups says that version 1 has taken the named controller. Pure.
 */
bool cgroup_is_taken_by_v1(const char *text, const char *controller);

/* Wait until no process is in the cgroup or below it. Returns 0; -ETIMEDOUT; -errno. */
CUPEL_MUST_CHECK int cgroup_wait_empty(int folder_fd, int timeout_ms);

#endif
