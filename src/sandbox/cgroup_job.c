/*
 * Life of a job's folder. Whoever changes what a base passes on, or looks for jobs to remove,
 * holds the base's lock meanwhile; the owner of a job holds the job's lock as long as it lives.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "sandbox/cgroup_files.h"
#include "sandbox/cgroup_internal.h"

#define PREFIX        "cupel-"
#define SUPERVISOR    "supervisor"
#define BASE_LOCK     "cgroup.subtree_control" /* what a delegation hands over */
#define JOB_LOCK      "cgroup.kill"            /* only its owner can open it */
#define LOCK_TRIES    500
#define LOCK_PAUSE_NS 10000000
#define EMPTY_MS      5000

static const struct {
    unsigned bit;
    const char *name;
} controllers[] = {
    {CUPEL_CGROUP_MEMORY, "memory"},
    {CUPEL_CGROUP_PIDS, "pids"},
    {CUPEL_CGROUP_CPU, "cpu"},
};

#define CONTROLLERS (sizeof(controllers) / sizeof(controllers[0]))

static unsigned find_controllers(const char *text)
{
    unsigned found = 0;

    for (size_t i = 0; i < CONTROLLERS; i++) {
        if (cgroup_has_word(text, controllers[i].name))
            found |= controllers[i].bit;
    }
    return found;
}

int cgroup_job_controllers(int folder_fd)
{
    char text[CGROUP_TEXT];
    int r = cgroup_read(folder_fd, "cgroup.controllers", text, sizeof(text));

    return r < 0 ? r : (int)find_controllers(text);
}

/* Pass controllers on ('+') or no longer ('-'). Returns the bits for which it was done. */
static unsigned change_controllers(int folder_fd, char sign, unsigned bits)
{
    unsigned done = 0;
    char text[16];

    for (size_t i = 0; i < CONTROLLERS; i++) {
        (void)snprintf(text, sizeof(text), "%c%s", sign, controllers[i].name);
        if ((bits & controllers[i].bit) != 0 &&
            cgroup_write(folder_fd, "cgroup.subtree_control", text) == 0)
            done |= controllers[i].bit;
    }
    return done;
}

/* Returns a descriptor that holds the lock; -EWOULDBLOCK; -errno. */
static int try_lock(int folder_fd, const char *file)
{
    CUPEL_AUTO_FD fd = openat(folder_fd, file, O_WRONLY | O_CLOEXEC);

    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
        return -errno;
    return cupel_take_fd(&fd);
}

/* A base is locked for moments only; a holder that was stopped must not stop us for ever. */
static int lock_base(int base_fd)
{
    const struct timespec pause = {.tv_nsec = LOCK_PAUSE_NS};
    int fd = try_lock(base_fd, BASE_LOCK);

    for (int i = 0; i < LOCK_TRIES && fd == -EWOULDBLOCK; i++) {
        (void)nanosleep(&pause, NULL);
        fd = try_lock(base_fd, BASE_LOCK);
    }
    return fd;
}

bool cgroup_job_is_name(const char *name)
{
    size_t digits;

    if (strncmp(name, PREFIX, strlen(PREFIX)) != 0)
        return false;
    name += strlen(PREFIX);
    digits = strspn(name, "0123456789");
    return digits > 0 && name[digits] == '-' && strlen(name + digits + 1) == 8 &&
           strspn(name + digits + 1, "0123456789abcdef") == 8;
}

typedef void visit_fn(int folder_fd, const char *name);

/* Call visit for each folder in a folder. */
static void visit_folders(int folder_fd, visit_fn *visit)
{
    int list_fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = list_fd < 0 ? NULL : fdopendir(list_fd);

    if (folder == NULL) {
        cupel_close_p(&list_fd);
        return;
    }
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
            visit(folder_fd, entry->d_name);
    }
    (void)closedir(folder);
}

static void remove_folder(int folder_fd, const char *name)
{
    (void)unlinkat(folder_fd, name, AT_REMOVEDIR);
}

static void sweep_one(int base_fd, const char *name)
{
    if (!cgroup_job_is_name(name))
        return;
    CUPEL_AUTO_FD job_fd = openat(base_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CUPEL_AUTO_FD lock_fd = job_fd < 0 ? -1 : try_lock(job_fd, JOB_LOCK);
    if (lock_fd < 0 || cgroup_write(job_fd, "cgroup.kill", "1") < 0 ||
        cgroup_wait_empty(job_fd, EMPTY_MS) < 0)
        return;
    visit_folders(job_fd, remove_folder);
    remove_folder(base_fd, name);
}

void cgroup_job_sweep(int base_fd)
{
    CUPEL_AUTO_FD lock_fd = lock_base(base_fd);

    if (lock_fd >= 0)
        visit_folders(base_fd, sweep_one);
}

static int move_self(int folder_fd)
{
    return cgroup_write(folder_fd, "cgroup.procs", "0");
}

/*
 * Cells that root starts have other uids, and must be able to put a command into a leaf; nobody
 * reaches the file by its path, since the folder is closed.
 */
static int open_to_cells(int folder_fd)
{
    return geteuid() == 0 && fchmodat(folder_fd, "cgroup.procs", 0666, 0) < 0 ? -errno : 0;
}

int cgroup_job_make_leaf(const struct cgroup_job *job, const char *name)
{
    if (mkdirat(job->fd, name, 0700) < 0)
        return -errno;
    CUPEL_AUTO_FD fd = openat(job->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r = fd < 0 ? -errno : open_to_cells(fd);
    if (r < 0) {
        remove_folder(job->fd, name);
        return r;
    }
    return cupel_take_fd(&fd);
}

static int make_job(struct cgroup_job *job, struct cupel_error *err)
{
    uint32_t random = 0;

    if (getrandom(&random, sizeof(random), 0) < 0)
        return cupel_fail_errno(err, "getrandom");
    (void)snprintf(job->name, sizeof(job->name), PREFIX "%d-%08x", getpid(), random);
    if (mkdirat(job->base_fd, job->name, 0700) < 0)
        return cupel_fail_errno(err, "make cgroup %s", job->name);
    job->fd = openat(job->base_fd, job->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (job->fd < 0) {
        int r = cupel_fail_errno(err, "open cgroup %s", job->name);
        remove_folder(job->base_fd, job->name);
        return r;
    }
    job->lock_fd = try_lock(job->fd, JOB_LOCK);
    if (job->lock_fd < 0)
        return cupel_fail(err, job->lock_fd, "lock cgroup %s: %s", job->name,
                          strerrordesc_np(-job->lock_fd));
    int r = open_to_cells(job->fd);
    return r < 0 ? cupel_fail(err, r, "open cgroup %s to cells", job->name) : 0;
}

/* Into a leaf, or neither the job nor a base that we were in could pass controllers on. */
static int enter_leaf(struct cgroup_job *job, struct cupel_error *err)
{
    CUPEL_AUTO_FD leaf_fd = cgroup_job_make_leaf(job, SUPERVISOR);

    if (leaf_fd < 0)
        return cupel_fail(err, leaf_fd, "make the supervisor's cgroup: %s",
                          strerrordesc_np(-leaf_fd));
    int r = move_self(leaf_fd);
    return r < 0
               ? cupel_fail(err, r, "move to the supervisor's cgroup: %s", strerrordesc_np(-r))
               : 0;
}

static int pass_controllers_on(struct cgroup_job *job, struct cupel_error *err)
{
    char text[CGROUP_TEXT];

    int r = cgroup_read(job->base_fd, "cgroup.subtree_control", text, sizeof(text));
    int available = r < 0 ? r : cgroup_job_controllers(job->base_fd);
    if (available < 0)
        return cupel_fail(err, available, "read the controllers of the base");
    unsigned passed = find_controllers(text);
    job->added = change_controllers(job->base_fd, '+', (unsigned)available & ~passed);
    job->controllers = change_controllers(job->fd, '+', passed | job->added);
    if ((job->controllers & (CUPEL_CGROUP_MEMORY | CUPEL_CGROUP_PIDS)) == 0)
        return cupel_fail(err, -EBUSY,
                          "neither the memory nor the pids controller can be passed on: other "
                          "processes run there, or its owner forbids it");
    return 0;
}

static void close_job(struct cgroup_job *job)
{
    cupel_close_p(&job->lock_fd);
    cupel_close_p(&job->fd);
    cupel_close_p(&job->base_fd);
    job->lock_fd = job->fd = job->base_fd = -1;
}

static bool move_home(const struct cgroup_job *job, int home_fd)
{
    (void)change_controllers(job->fd, '-', job->controllers);
    (void)change_controllers(job->base_fd, '-', job->added);
    return move_self(home_fd) == 0;
}

static bool remove_job(const struct cgroup_job *job)
{
    (void)!cgroup_wait_empty(job->fd, EMPTY_MS); /* cells may be dying yet */
    remove_folder(job->fd, SUPERVISOR);          /* without a descriptor */
    visit_folders(job->fd, remove_folder);
    return unlinkat(job->base_fd, job->name, AT_REMOVEDIR) == 0;
}

/*
 * The base's lock is held. Where other jobs are at work below the base, it goes on passing
 * controllers to them, and a process that came from it cannot go back: then it keeps the job,
 * and its lock, to its end.
 */
static void leave(struct cgroup_job *job, int home_fd)
{
    if (job->fd >= 0) { /* twice, since what the kernel lacks for a moment would leave it all */
        bool is_home = move_home(job, home_fd);
        if (!is_home)
            is_home = move_home(job, home_fd);
        if (!is_home)
            return;
        if (!remove_job(job))
            (void)remove_job(job);
    }
    close_job(job);
}

void cgroup_job_leave(struct cgroup_job *job, int home_fd)
{
    CUPEL_AUTO_FD lock_fd = lock_base(job->base_fd);

    (void)lock_fd; /* held to the end of this function */
    leave(job, home_fd);
}

int cgroup_job_enter(int base_fd, int home_fd, struct cgroup_job *ret, struct cupel_error *err)
{
    struct cgroup_job job = {.base_fd = base_fd, .fd = -1, .lock_fd = -1};
    CUPEL_AUTO_FD lock_fd = lock_base(base_fd);
    int r = lock_fd < 0
                ? cupel_fail(err, lock_fd, "lock the base: %s", strerrordesc_np(-lock_fd))
                : make_job(&job, err);

    if (r == 0)
        r = enter_leaf(&job, err);
    if (r == 0)
        r = pass_controllers_on(&job, err);
    if (r < 0)
        leave(&job, home_fd);
    else
        *ret = job;
    return r;
}
