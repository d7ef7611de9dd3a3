/* Texts of proc(5): reading them, and what is in them. The parsers are pure. */
#ifndef CUPEL_SANDBOX_PROC_TEXT_H
#define CUPEL_SANDBOX_PROC_TEXT_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cupel/error.h"

/* In status, the groups come before memory, and a user may be in hundreds. */
#define PROC_TEXT_SIZE 65536

/*
 * Read a short file below proc_fd into buf, NUL-terminated. Returns 0; -ESRCH if the process
 * has ended; -errno.
 */
CUPEL_MUST_CHECK int proc_read(int proc_fd, const char *path, char buf[static PROC_TEXT_SIZE]);
/* As it is now, from a file that stays open. */
CUPEL_MUST_CHECK int proc_read_again(int fd, char buf[static PROC_TEXT_SIZE]);

/* A folder of /proc, for the caller to close; NULL with errno. */
DIR *proc_open_folder(int folder_fd, const char *path);

/*
 * Figures of one /proc/PID/stat: pid of the parent, CPU time of the process (own_ticks) and of
 * what it reaped (reaped_ticks), in clock ticks, and its threads. Returns 0 or -EPROTO.
 */
struct proc_stat {
    uint64_t parent;
    uint64_t own_ticks;
    uint64_t reaped_ticks;
    uint64_t threads;
    bool running; /* or waiting for a processor; of the first thread, as the next */
    bool stopped; /* by a signal, or by who traces it */
};
CUPEL_MUST_CHECK int proc_parse_stat(const char *text, struct proc_stat *ret);

/* Whether a text of lines "NAME: VALUE" has this name. */
bool proc_has(const char *text, const char *name);

/* The number behind "NAME:"; 0 if absent. */
uint64_t proc_parse_number(const char *text, const char *name);

/* The number of KiB behind "NAME:" in a text of lines "NAME: N kB", in bytes; 0 if absent. */
uint64_t proc_parse_kib(const char *text, const char *name);

/* CPU time of a thread in ns, and how often it got a processor; zeros if malformed. */
struct proc_schedstat {
    uint64_t cpu_ns;
    uint64_t slices;
};
struct proc_schedstat proc_parse_schedstat(const char *text);

/* Bytes that the lines of /proc/sysvipc/shm say are in memory or swapped; other lines count 0.
 */
uint64_t proc_parse_segments(const char *text);

/*
 * A line of smaps(5) that begins a mapping: its device and inode, and whether it is of a System
 * V segment. Returns false for other lines.
 */
struct proc_mapping {
    unsigned major;
    unsigned minor;
    uint64_t inode;
    bool is_segment;
};
bool proc_parse_mapping(const char *line, struct proc_mapping *ret);

#endif
