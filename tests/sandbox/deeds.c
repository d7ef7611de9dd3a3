/*
 * Deeds, one by name, each of which a layer of the sandbox forbids. Exit 0: it was done; 1:
 * refused, with the errno's name on standard output; 2: usage.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static int nested_user_namespace(const char *argument)
{
    (void)argument;
    return unshare(CLONE_NEWUSER);
}

static int mount_tmpfs(const char *argument)
{
    return mount("tmpfs", argument, "tmpfs", 0, NULL);
}

static int write_to(const char *argument)
{
    int fd = open(argument, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    return fd < 0 || write(fd, "x", 1) != 1 ? -1 : 0;
}

static int read_from(const char *argument)
{
    char byte;
    int fd = open(argument, O_RDONLY | O_CLOEXEC);

    return fd < 0 || read(fd, &byte, 1) < 0 ? -1 : 0;
}

static int raise_limit(const char *argument)
{
    struct rlimit limit = {1U << 20, 1U << 20};

    (void)argument;
    return setrlimit(RLIMIT_NOFILE, &limit);
}

static int become_root(const char *argument)
{
    (void)argument;
    return setuid(0);
}

static int signal_process(const char *argument)
{
    return kill((pid_t)strtol(argument, NULL, 10), 0);
}

static int trace_init(const char *argument)
{
    (void)argument;
    return (int)ptrace(PTRACE_SEIZE, 1, NULL, NULL);
}

/* An abstract socket, named after the argument. */
static struct sockaddr_un abstract(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    (void)snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "%s", name);
    return address;
}

static int connect_abstract(const char *argument)
{
    struct sockaddr_un address = abstract(argument);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    return fd < 0 ? -1 : connect(fd, (struct sockaddr *)&address, sizeof(address));
}

static int listen_abstract(const char *argument)
{
    struct sockaddr_un address = abstract(argument);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
        listen(fd, 1) < 0)
        return -1;
    (void)sleep(1);
    return 0;
}

static int make_shared_memory(const char *argument)
{
    return shmget((key_t)strtol(argument, NULL, 0), 4096, IPC_CREAT | 0600);
}

static int find_shared_memory(const char *argument)
{
    return shmget((key_t)strtol(argument, NULL, 0), 4096, 0);
}

static int connect_loopback(const char *argument)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)argument;
    if (server < 0 || client < 0 || bind(server, (struct sockaddr *)&address, len) < 0 ||
        listen(server, 1) < 0 || getsockname(server, (struct sockaddr *)&address, &len) < 0)
        return -1;
    return connect(client, (struct sockaddr *)&address, len);
}

static int listen_loopback(const char *argument)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)strtoul(argument, NULL, 10)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
        listen(fd, 1) < 0)
        return -1;
    (void)sleep(1);
    return 0;
}

static const struct {
    const char *name;
    int (*deed)(const char *argument);
} deeds[] = {
    {"nested_user_namespace", nested_user_namespace},
    {"mount_tmpfs", mount_tmpfs},
    {"write_to", write_to},
    {"read_from", read_from},
    {"raise_limit", raise_limit},
    {"become_root", become_root},
    {"signal_process", signal_process},
    {"trace_init", trace_init},
    {"connect_abstract", connect_abstract},
    {"listen_abstract", listen_abstract},
    {"make_shared_memory", make_shared_memory},
    {"find_shared_memory", find_shared_memory},
    {"connect_loopback", connect_loopback},
    {"listen_loopback", listen_loopback},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc >= 2 && i < sizeof(deeds) / sizeof(deeds[0]); i++) {
        if (strcmp(argv[1], deeds[i].name) != 0)
            continue;
        if (deeds[i].deed(argc > 2 ? argv[2] : "") >= 0)
            return 0;
        (void)puts(strerrorname_np(errno));
        return 1;
    }
    return 2;
}
