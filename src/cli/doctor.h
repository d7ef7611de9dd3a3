/*
 * cupel doctor, from facts to findings. What is found comes from a cell that really ran and
 * from the search for a control group; facts of the host only tell why, and what mends it. All
 * of it is pure but doctor_host_look().
 */
#ifndef CUPEL_CLI_DOCTOR_H
#define CUPEL_CLI_DOCTOR_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "cupel/cgroup.h"
#include "cupel/error.h"
#include "cupel/outcome.h"

#define DOCTOR_NAMES_MAX    16
#define DOCTOR_MENDS_MAX    16
#define DOCTOR_FINDINGS_MAX 24

enum doctor_hierarchy {
    DOCTOR_NO_HIERARCHY, /* no cgroup file system is mounted */
    DOCTOR_VERSION_1,
    DOCTOR_HYBRID, /* version 2 is mounted, and version 1 has controllers */
    DOCTOR_VERSION_2,
};

enum doctor_container {
    DOCTOR_NO_CONTAINER,
    DOCTOR_DOCKER,
    DOCTOR_PODMAN,
    DOCTOR_KUBERNETES,
    DOCTOR_OTHER_CONTAINER,
};

/* sysctls that can forbid cells, as bits of doctor_host.forbidding. */
enum doctor_setting {
    DOCTOR_USERNS_CLONE, /* a patch of Debian's */
    DOCTOR_APPARMOR_USERNS,
    DOCTOR_MAX_USER,
    DOCTOR_MAX_PID,
    DOCTOR_MAX_MNT,
    DOCTOR_MAX_IPC,
    DOCTOR_MAX_NET,
    DOCTOR_MAX_UTS,
    DOCTOR_MAX_CGROUP,
    DOCTOR_SETTINGS,
};

struct doctor_setting_row {
    const char *name;    /* "user.max_user_namespaces" */
    const char *forbids; /* the value, as the file has it */
    const char *mend;    /* the value that allows cells */
};

extern const struct doctor_setting_row doctor_settings[DOCTOR_SETTINGS];

struct doctor_names {
    char names[DOCTOR_NAMES_MAX][32];
    size_t count;
};

struct doctor_host {
    char release[65]; /* uname(2) */
    char machine[65];
    unsigned uid;
    enum doctor_hierarchy hierarchy;
    struct doctor_names version_1; /* controllers that it has */
    bool memory_disabled;          /* at boot */
    enum doctor_container container;
    char container_name[32]; /* "" where there is none */
    bool systemd;            /* it runs this host */
    char systemd_version[32];
    char
        cgroup[PATH_MAX]; /* of version 2, this process's, as /proc/self/cgroup has it; or "" */
    char lsm[256];        /* "capability,landlock,…"; "" where it cannot be read */
    bool filtered;        /* somebody's seccomp filter is on this process */
    unsigned forbidding;  /* bits 1U << enum doctor_setting */
    const char *cupel;    /* paths of the executables, borrowed */
    const char *cell;
};

enum doctor_state { DOCTOR_ENFORCED, DOCTOR_FALL_BACK, DOCTOR_MISSING };

struct doctor_mend {
    const char *when; /* who does it and where, static */
    char *lines;      /* for a shell, or for the file that `when` names; "" if none can do it */
};

struct doctor_finding {
    const char *layer;
    enum doctor_state state;
    bool optional; /* no policy needs it unless it says so: a missing one does not count */
    const char
        *by;   /* what enforces it or what it falls back to; NULL: nothing, or the kernel */
    char *why; /* on one line */
    const char *see; /* another layer, whose mends mend this one; or NULL */
    struct doctor_mend mends[DOCTOR_MENDS_MAX];
    size_t mend_count;
};

/* Zero-initialised, then filled from top to bottom. */
struct doctor_report {
    struct doctor_host host;
    const char *cgroup_path; /* of --cgroup: "none" or a folder, borrowed; NULL */
    struct cupel_cgroup_search search;
    struct doctor_finding findings[DOCTOR_FINDINGS_MAX];
    size_t count;
    const char *container_mended; /* the layer that tells how to start the container; or NULL */
    bool out_of_memory;
};

/* Facts of this host; what cannot be read is left out. */
void doctor_host_look(const char *cupel, const char *cell, struct doctor_host *ret);

/* Parsers of texts like /proc/cgroups, /proc/self/cgroup, /proc/self/mountinfo and what
 * `systemctl --version` prints. What does not fit is left out. */
void doctor_parse_controllers(const char *text, struct doctor_names *ret_version_1,
                              bool *ret_memory_disabled);
void doctor_parse_own_cgroup(const char *text, char ret[static PATH_MAX]);
void doctor_parse_systemd(const char *text, char ret[static 32]);

/* Where the first file system of a type is mounted in text; what is behind it, or NULL if there
 * is none. */
const char *doctor_parse_mount(const char *text, const char *type, char ret[static PATH_MAX]);

enum doctor_hierarchy doctor_hierarchy_of(bool version_1_mounted, bool version_2_mounted,
                                          const struct doctor_names *version_1);

/* "judge.service": the unit that a cgroup is in or below; "" if none has its name. */
void doctor_parse_unit(const char *cgroup, char ret[static 256]);

/* Kernel release at least major.minor? True also for what is no release. */
bool doctor_is_release(const char *release, unsigned major, unsigned minor);

/* Add a finding; what is returned lives in the report. */
struct doctor_finding *doctor_add(struct doctor_report *report, const char *layer,
                                  enum doctor_state state, const char *by, const char *why, ...)
    CUPEL_PRINTF(5, 6);
void doctor_mend(struct doctor_report *report, struct doctor_finding *finding, const char *when,
                 const char *lines, ...) CUPEL_PRINTF(4, 5);
const struct doctor_finding *doctor_find(const struct doctor_report *report, const char *layer);
void doctor_report_clear(struct doctor_report *report);

/* Mends that several findings share: a kernel parameter (file: name of a drop-in of GRUB's),
 * and how to start the container that cupel runs in. */
void doctor_mend_boot(struct doctor_report *report, struct doctor_finding *finding,
                      const char *file, const char *parameter);
void doctor_mend_container(struct doctor_report *report, struct doctor_finding *finding);

/* cgroup (an absolute path) lacks a controller. */
void doctor_mend_controllers(struct doctor_report *report, struct doctor_finding *finding,
                             const char *cgroup);

/* What doctor_inspected printed in a cell, and how that run ended: the layers. */
extern const char *const doctor_inspected[];
void doctor_add_layers(struct doctor_report *report, const char *text,
                       const struct cupel_outcome *outcome);

/* No cell started; error: what it said. */
void doctor_add_failure(struct doctor_report *report, const char *error);

/* report->search has been set. The limits stand on the cgroup and on what served a run. */
void doctor_add_cgroup(struct doctor_report *report);
void doctor_add_limits(struct doctor_report *report, const struct cupel_outcome *outcome);

/* Whether no layer is missing, and those of require (1U << enum cupel_layer) are enforced. */
bool doctor_is_content(const struct doctor_report *report, unsigned require);

/* For people; the caller frees. NULL if memory ran out. */
char *doctor_text(const struct doctor_report *report);

/* The mends alone. As above. */
char *doctor_mends_text(const struct doctor_report *report);

/* cupel.doctor/1: a new reference, or NULL as above. */
json_t *doctor_json(const struct doctor_report *report);

extern const char *const doctor_state_names[];     /* by enum doctor_state */
extern const char *const doctor_hierarchy_names[]; /* by enum doctor_hierarchy */

#endif
