/*
 * The control group of a job: where its subtree comes from, and what it can do. Version 2 only.
 * Source: the kernel's Documentation/admin-guide/cgroup-v2.rst, systemd's CGROUP_DELEGATION.
 *
 * A base, which somebody delegated to this process, gets a child for the job, with one leaf for
 * the supervisor (a cgroup with processes cannot pass controllers on) and one for each run:
 *
 *     BASE/cupel-ID/supervisor    this process and its cells
 *     BASE/cupel-ID/run-N         the command of a run and its descendants, nothing else
 *
 * The job's folder is locked (flock(2)) for as long as its owner lives. Whoever finds one that
 * is not locked removes it with all that is in it.
 */
#ifndef CUPEL_CGROUP_H
#define CUPEL_CGROUP_H

#include <limits.h>
#include <stdbool.h>

#include "cupel/error.h"

/* Where a base can come from, in the order in which they are tried. */
enum cupel_cgroup_source {
    CUPEL_CGROUP_DELEGATED, /* the cgroup that this process runs in, delegated to it */
    CUPEL_CGROUP_SCOPE,     /* a transient scope, asked of systemd */
    CUPEL_CGROUP_PATH,      /* named by the caller */
    CUPEL_CGROUP_SOURCES,
};

/* "delegated", "scope", "path": indexed by enum cupel_cgroup_source. */
extern const char *const cupel_cgroup_source_names[];

/* Why a source does not serve. What mends it is the caller's to say. */
enum cupel_cgroup_obstacle {
    CUPEL_CGROUP_SERVES,
    CUPEL_CGROUP_NOT_TRIED,     /* not asked for, or an earlier source serves */
    CUPEL_CGROUP_NO_V2,         /* no cgroup2 file system at /sys/fs/cgroup: version 1 alone */
    CUPEL_CGROUP_HYBRID,        /* version 1 has taken the memory or pids controller */
    CUPEL_CGROUP_READ_ONLY,     /* cgroupfs is mounted read-only, as in containers */
    CUPEL_CGROUP_HOST_ROOT,     /* the root of the hierarchy is nobody's to use */
    CUPEL_CGROUP_NOT_DELEGATED, /* it belongs to somebody else */
    CUPEL_CGROUP_OCCUPIED, /* other processes run in it, so it cannot pass controllers on */
    CUPEL_CGROUP_NO_CONTROLLERS, /* neither memory nor pids is available there */
    CUPEL_CGROUP_NO_SYSTEMD,     /* systemd does not run this host */
    CUPEL_CGROUP_NO_LIBSYSTEMD,  /* libsystemd.so.0 is not installed */
    CUPEL_CGROUP_NO_BUS,         /* the manager cannot be reached: no user session, no D-Bus */
    CUPEL_CGROUP_REFUSED,        /* systemd answered with an error */
    CUPEL_CGROUP_FAILED,         /* anything else; text tells */
};

struct cupel_cgroup_trial {
    enum cupel_cgroup_obstacle obstacle;
    char text[252]; /* a sentence without a full stop; empty if it serves or was not tried */
};

/* Controllers, as bits. */
#define CUPEL_CGROUP_MEMORY 1U
#define CUPEL_CGROUP_PIDS   2U
#define CUPEL_CGROUP_CPU    4U

/* What was found; valid also if nothing serves. */
struct cupel_cgroup_search {
    struct cupel_cgroup_trial trials[CUPEL_CGROUP_SOURCES];
    enum cupel_cgroup_source source; /* the one that serves */
    char base[PATH_MAX];             /* of that one; "" if none does */
    unsigned controllers;            /* that runs can be limited by; 0 if none */
};

struct cupel_cgroup;

/*
 * Find a base, remove what dead predecessors left there, and make the job's cgroup; this
 * process moves to the leaf `supervisor`. path: NULL, or the folder of a cgroup below
 * /sys/fs/cgroup: then that one alone is tried. scope_path: the executable cupel-scope, which
 * is started where systemd has to be asked; may be NULL where path is given. ret_search may be
 * NULL. Returns 0 and sets *ret; -ENOTSUP where no source serves (err tells why in one line;
 * nothing was changed); -errno.
 */
CUPEL_MUST_CHECK int cupel_cgroup_open(const char *path, const char *scope_path,
                                       struct cupel_cgroup_search *ret_search,
                                       struct cupel_cgroup **ret, struct cupel_error *err);

/* Move back to the base and remove the job's cgroup; all cells are gone before. NULL is
 * allowed. */
void cupel_cgroup_free(struct cupel_cgroup *cgroup);

/* Bits CUPEL_CGROUP_…: what a leaf can be limited by. */
unsigned cupel_cgroup_controllers(const struct cupel_cgroup *cgroup);

enum cupel_cgroup_source cupel_cgroup_source(const struct cupel_cgroup *cgroup);

#endif
