/*
 * bare FILTER COMMAND: COMMAND as cupel isolates it, by the bare calls of the kernel: in a
 * user, mount, pid, ipc, network, uts and cgroup namespace, with a root of its own that shows
 * /usr, a /proc and a tmpfs for /tmp, with no_new_privs, a Landlock ruleset where the kernel
 * has that, and the program of seccomp that FILTER holds. No devices, no limits, nobody who
 * measures, and nothing read but FILTER: what a sandbox of these parts cannot be faster than.
 */
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define FILTER_MAX 4096

#define FAILED 125

static struct sock_filter filter[FILTER_MAX];

static _Noreturn void fail(const char *what)
{
    perror(what);
    _exit(FAILED);
}

static void must(long result, const char *what)
{
    if (result < 0)
        fail(what);
}

static unsigned short read_filter(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = read(fd, filter, sizeof(filter));

    must(len, path);
    must(close(fd), path);
    return (unsigned short)((size_t)len / sizeof(filter[0]));
}

static void write_to(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    must(write(fd, text, strlen(text)), path);
    must(close(fd), path);
}

static void map_id(const char *path, unsigned id)
{
    char map[32];

    (void)snprintf(map, sizeof(map), "1000 %u 1\n", id);
    write_to(path, map);
}

static void make_namespaces(void)
{
    const unsigned uid = geteuid();
    const unsigned gid = getegid();

    must(unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNET |
                 CLONE_NEWUTS | CLONE_NEWCGROUP),
         "unshare");
    write_to("/proc/self/setgroups", "deny");
    map_id("/proc/self/uid_map", uid);
    map_id("/proc/self/gid_map", gid);
}

/* In a tmpfs over /tmp, which it leaves as the working directory. */
static void make_root(void)
{
    must(mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "size=64k"), "mount /tmp");
    must(chdir("/tmp"), "chdir");
    must(mkdir("usr", 0755), "usr");
    must(mkdir("proc", 0755), "proc");
    must(mkdir("tmp", 0755), "tmp");
    must(symlink("usr/bin", "bin"), "bin");
    must(symlink("usr/lib", "lib"), "lib");
    must(symlink("usr/lib64", "lib64"), "lib64");
    must(mount("/usr", "usr", NULL, MS_BIND | MS_REC, NULL), "bind /usr");
}

static void enter_root(void)
{
    must(mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), "mount proc");
    must(mount("tmpfs", "tmp", "tmpfs", MS_NOSUID | MS_NODEV, "size=1m"), "mount tmp");
    must(syscall(SYS_pivot_root, ".", "."), "pivot_root");
    must(umount2(".", MNT_DETACH), "umount");
    must(chdir("/"), "chdir");
}

static void restrict_files(void)
{
    const struct landlock_ruleset_attr attr = {
        .handled_access_fs = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_EXECUTE};
    struct landlock_path_beneath_attr usr = {.allowed_access = LANDLOCK_ACCESS_FS_EXECUTE};
    struct landlock_path_beneath_attr tmp = {.allowed_access = attr.handled_access_fs};
    long ruleset = syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);

    must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
    if (ruleset < 0)
        return;
    usr.parent_fd = open("/usr", O_PATH | O_CLOEXEC);
    tmp.parent_fd = open("/tmp", O_PATH | O_CLOEXEC);
    must(syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &usr, 0), "usr");
    must(syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &tmp, 0), "tmp");
    must(syscall(SYS_landlock_restrict_self, ruleset, 0), "landlock_restrict_self");
}

int main(int argc, char **argv)
{
    struct sock_fprog program = {.filter = filter};
    int status = 0;

    if (argc < 3)
        return FAILED;
    program.len = read_filter(argv[1]);
    make_namespaces();
    make_root();
    pid_t pid = fork();
    must(pid, "fork");
    if (pid > 0) {
        must(waitpid(pid, &status, 0), "waitpid");
        return WIFEXITED(status) ? WEXITSTATUS(status) : FAILED;
    }
    enter_root();
    restrict_files();
    must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program), "seccomp");
    (void)execv(argv[2], argv + 2);
    fail(argv[2]);
}
