/* What a run costs, beside others that make the same namespaces where they are installed. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "bench.h"
#include "cupel/cleanup.h"

#define CASES_MAX 8

static int run_in(struct bench *bench, struct cupel_cell *cell, struct cupel_error *err)
{
    static const char *const argv[] = {"/bin/true", NULL};
    struct cupel_cell *usual = bench->cell;
    struct cupel_outcome outcome;

    bench->cell = cell;
    int r = bench_run(bench, argv, &bench->policy->limits, &outcome, err);
    bench->cell = usual;
    if (r == 0 && (outcome.status != CUPEL_RUN_EXITED || outcome.exit_code != 0))
        return cupel_fail(err, -EIO, "a run failed: exit code %d", outcome.exit_code);
    return r;
}

static int run_warm(struct bench *bench, const struct bench_case *self, struct cupel_error *err)
{
    (void)self;
    return run_in(bench, bench->cell, err);
}

static int run_leaf(struct bench *bench, const struct bench_case *self, struct cupel_error *err)
{
    (void)self;
    return run_in(bench, bench->leaf_cell, err);
}

static const char *const plain[] = {"/bin/true", NULL};
static const char *const cold[] = {"cupel", "run", "--", "/bin/true", NULL};
static const char *const with_unshare[] = {"/usr/bin/unshare",
                                           "--user",
                                           "--map-root-user",
                                           "--mount",
                                           "--uts",
                                           "--ipc",
                                           "--net",
                                           "--pid",
                                           "--cgroup",
                                           "--fork",
                                           "--mount-proc",
                                           "/bin/true",
                                           NULL};
static const char *const with_bwrap[] = {
    "/usr/bin/bwrap", "--unshare-all", "--ro-bind", "/usr",      "/usr",  "--symlink",
    "usr/bin",        "/bin",          "--symlink", "usr/lib",   "/lib",  "--symlink",
    "usr/lib64",      "/lib64",        "--proc",    "/proc",     "--dev", "/dev",
    "--tmpfs",        "/tmp",          "--",        "/bin/true", NULL};

/* What crun wants: a folder with a root and a configuration. */
struct bundle {
    char folder[BENCH_SCRATCH_SIZE];
    char state[BENCH_SCRATCH_SIZE + 8];
};

static const char configuration[] =
    "{\"ociVersion\": \"1.0.0\", \"root\": {\"path\": \"rootfs\", \"readonly\": true},"
    " \"process\": {\"user\": {\"uid\": 0, \"gid\": 0}, \"args\": [\"/bin/true\"],"
    " \"cwd\": \"/\", \"env\": [\"PATH=/bin\"], \"noNewPrivileges\": true,"
    " \"capabilities\": {}},"
    " \"mounts\": [{\"destination\": \"/usr\", \"type\": \"bind\", \"source\": \"/usr\","
    " \"options\": [\"rbind\", \"ro\"]},"
    " {\"destination\": \"/proc\", \"type\": \"proc\", \"source\": \"proc\"},"
    " {\"destination\": \"/tmp\", \"type\": \"tmpfs\", \"source\": \"tmpfs\"}],"
    " \"linux\": {\"namespaces\": [{\"type\": \"pid\"}, {\"type\": \"mount\"},"
    " {\"type\": \"ipc\"}, {\"type\": \"uts\"}, {\"type\": \"network\"},"
    " {\"type\": \"cgroup\"}, {\"type\": \"user\"}],"
    " \"uidMappings\": [{\"containerID\": 0, \"hostID\": 0, \"size\": 1}],"
    " \"gidMappings\": [{\"containerID\": 0, \"hostID\": 0, \"size\": 1}]}}\n";

static int make_in(const char *folder, const char *name)
{
    char path[128];

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    return mkdir(path, 0755);
}

static int link_in(const char *folder, const char *name, const char *target)
{
    char path[128];

    (void)snprintf(path, sizeof(path), "%s/rootfs/%s", folder, name);
    return symlink(target, path);
}

static int make_bundle(struct bundle *bundle, struct cupel_error *err)
{
    static const char *const folders[] = {"rootfs", "rootfs/usr", "rootfs/proc", "rootfs/tmp",
                                          "rootfs/dev"};
    char path[BENCH_SCRATCH_SIZE + 16];

    int r = bench_make_scratch(bundle->folder, err);
    if (r < 0)
        return r;
    for (size_t i = 0; r == 0 && i < sizeof(folders) / sizeof(folders[0]); i++)
        r = make_in(bundle->folder, folders[i]);
    (void)snprintf(bundle->state, sizeof(bundle->state), "%s/state", bundle->folder);
    (void)snprintf(path, sizeof(path), "%s/config.json", bundle->folder);
    if (r < 0 || link_in(bundle->folder, "bin", "usr/bin") < 0 ||
        link_in(bundle->folder, "lib", "usr/lib") < 0 ||
        link_in(bundle->folder, "lib64", "usr/lib64") < 0 ||
        bench_write(path, configuration, sizeof(configuration) - 1) < 0)
        return cupel_fail(err, -EIO, "make a bundle for crun");
    return 0;
}

/* What bare wants: a copy of it, and the filter that cupel loads. */
struct bare {
    char folder[BENCH_SCRATCH_SIZE];
    char program[BENCH_SCRATCH_SIZE + 8];
    char filter[BENCH_SCRATCH_SIZE + 8];
};

static int make_bare(const struct bench *bench, struct bare *bare, struct cupel_error *err)
{
    const struct cupel_filter *filter = &bench->filters.enforce;

    int r = bench_make_scratch(bare->folder, err);
    if (r < 0)
        return r;
    (void)snprintf(bare->program, sizeof(bare->program), "%s/bare", bare->folder);
    (void)snprintf(bare->filter, sizeof(bare->filter), "%s/filter", bare->folder);
    r = bench_write(bare->filter, filter->instructions,
                    filter->count * sizeof(struct sock_filter));
    if (r < 0)
        return cupel_fail(err, r, "write %s", bare->filter);
    return bench_copy_helper(bench, "bare", bare->program, err);
}

/* crun refuses hybrid hierarchies of cgroups even where it is told to leave cgroups alone; so
 * they are covered, for this process and its children alone. */
static bool cover_cgroups(void)
{
    struct statfs fs;

    if (statfs("/sys/fs/cgroup", &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC)
        return true;
    return unshare(CLONE_NEWNS) == 0 &&
           mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("tmpfs", "/sys/fs/cgroup", "tmpfs", MS_RDONLY, NULL) == 0;
}

static void add_if_there(struct bench_case *cases, size_t *count, const char *name,
                         const char *const *argv)
{
    if (access(argv[0], X_OK) == 0)
        cases[(*count)++] = (struct bench_case){name, bench_spawn_case, argv, 0, NULL};
}

int bench_cost(struct bench *bench, size_t rounds, struct cupel_error *err)
{
    struct bundle bundle = {.folder = ""};
    struct bare bare = {.folder = ""};
    struct bench_case cases[CASES_MAX] = {
        {"spawn", bench_spawn_case, plain, 0, NULL},
        {"cold", bench_spawn_case, cold, 0, NULL},
        {"warm", run_warm, NULL, 0, NULL},
    };
    size_t count = 3;
    const char *const with_crun[] = {
        "/usr/bin/crun", "--root", bundle.state, "--cgroup-manager=disabled", "run", "--bundle",
        bundle.folder,   "bench",  NULL};

    const char *const with_bare[] = {bare.program, bare.filter, "/bin/true", NULL};

    if (bench->leaf_cell != NULL)
        cases[count++] = (struct bench_case){"leaf", run_leaf, NULL, 0, NULL};
    add_if_there(cases, &count, "unshare", with_unshare);
    add_if_there(cases, &count, "bwrap", with_bwrap);
    int r = make_bare(bench, &bare, err);
    add_if_there(cases, &count, "bare", with_bare);
    if (r == 0 && geteuid() == 0 && access(with_crun[0], X_OK) == 0 && cover_cgroups()) {
        r = make_bundle(&bundle, err);
        add_if_there(cases, &count, "crun", with_crun);
    }
    if (r == 0)
        r = bench_measure(bench, cases, count, rounds, err);
    if (bundle.folder[0] != '\0')
        bench_remove(bundle.folder);
    if (bare.folder[0] != '\0')
        bench_remove(bare.folder);
    return r;
}
