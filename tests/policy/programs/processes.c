/* Processes, signals, timers and sockets of C as courses on operating systems use them. */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static volatile sig_atomic_t alarms;

static void count_alarm(int number)
{
    (void)number;
    alarms++;
}

static int reaped(pid_t pid)
{
    int status = -1;

    (void)waitpid(pid, &status, 0);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void children(void)
{
    char *command[] = {"sh", "-c", "exit 3", NULL};
    char text[8] = "";
    pid_t spawned = 0;

    pid_t forked = fork();
    if (forked == 0)
        _exit(7);
    int exited = reaped(forked);
    int r = posix_spawnp(&spawned, "sh", NULL, NULL, command, environ);
    FILE *pipe = popen("echo piped", "r");
    if (pipe != NULL && fgets(text, sizeof(text), pipe) != NULL)
        (void)pclose(pipe);
    int shelled = WEXITSTATUS(system("exit 5"));
    printf("children %d %d %d %d %s", exited, r, reaped(spawned), shelled, text);
}

static void groups_and_sessions(void)
{
    pid_t child = fork();

    if (child == 0) {
        int failed = setpgid(0, 0) | setpgid(0, 0);
        (void)pause();
        _exit(failed);
    }
    (void)setpgid(child, child);
    int r = kill(-child, SIGTERM);
    int ended = reaped(child);
    child = fork();
    if (child == 0)
        _exit(setsid() == getpid() ? 0 : 1);
    printf("group %d %d session %d\n", r, ended, reaped(child));
}

static void timers(void)
{
    const struct itimerspec soon = {.it_value.tv_nsec = 1000000};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    struct sigaction action = {.sa_handler = count_alarm};
    sigset_t blocked;
    sigset_t before;
    uint64_t expired = 0;
    timer_t timer;

    (void)sigemptyset(&blocked);
    (void)sigaddset(&blocked, SIGALRM);
    (void)sigprocmask(SIG_BLOCK, &blocked, &before);
    (void)sigaction(SIGALRM, &action, NULL);
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) == 0)
        (void)timer_settime(timer, 0, &soon, NULL);
    while (alarms == 0)
        (void)sigsuspend(&before);
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    (void)timerfd_settime(fd, 0, &soon, NULL);
    ssize_t n = read(fd, &expired, sizeof(expired));
    printf("timers %d %zd %ju\n", (int)alarms, n, (uintmax_t)expired);
}

static void descriptors(void)
{
    struct epoll_event event = {.events = EPOLLIN};
    int epoll_fd = epoll_create1(0);
    int event_fd = eventfd(1, 0);
    struct pollfd polled = {.fd = event_fd, .events = POLLIN};

    int r = epoll_ctl(epoll_fd, EPOLL_CTL_ADD, event_fd, &event);
    printf("descriptors %d %d %d\n", r, epoll_wait(epoll_fd, &event, 1, 1000),
           poll(&polled, 1, 1000));
}

static void shared_memory(void)
{
    int fd = shm_open("/cupel-test", O_CREAT | O_EXCL | O_RDWR, 0600);
    int r = ftruncate(fd, 4096);
    int *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    sem_t *semaphore = sem_open("/cupel-test", O_CREAT | O_EXCL, 0600, 0);

    if (shared == MAP_FAILED || semaphore == SEM_FAILED)
        exit(1);
    if (fork() == 0) {
        *shared = 42;
        _exit(sem_post(semaphore));
    }
    r |= sem_wait(semaphore);
    r |= wait(NULL) < 0;
    r |= shm_unlink("/cupel-test") | sem_unlink("/cupel-test");
    printf("shared %d %d\n", r, *shared);
}

static void sockets(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/tmp/socket"};
    char text[8] = "";

    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    int r = bind(listener, (struct sockaddr *)&address, sizeof(address));
    r |= listen(listener, 1);
    if (fork() == 0) {
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        r |= connect(fd, (struct sockaddr *)&address, sizeof(address));
        _exit(r != 0 || send(fd, "ping", 4, 0) != 4);
    }
    int fd = accept(listener, NULL, NULL);
    ssize_t n = recv(fd, text, sizeof(text) - 1, 0);
    printf("sockets %d %zd %s %d\n", r, n, text, reaped(-1));
}

static void limits(void)
{
    struct rlimit limit;

    int r = getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 20;
    r |= setrlimit(RLIMIT_NOFILE, &limit);
    int before = getpriority(PRIO_PROCESS, 0); /* whoever tests may be nice already */
    int niceness = nice(3) - before;
    printf("limits %d nice %d %d\n", r, niceness, getpriority(PRIO_PROCESS, 0) - before);
}

/* What a program cannot have, by the errors that it can handle. */
static void refusals(void)
{
    int inet = socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0;
    int segment = shmget(IPC_PRIVATE, 4096, 0600) < 0 ? errno : 0;
    int queue = mq_open("/cupel-test", O_CREAT | O_RDWR, 0600, NULL) < 0 ? errno : 0;
    int memory_file = memfd_create("test", 0) < 0 ? errno : 0;

    printf("refused %s %s %s %s\n", strerrorname_np(inet), strerrorname_np(segment),
           strerrorname_np(queue), strerrorname_np(memory_file));
}

int main(void)
{
    (void)setvbuf(stdout, NULL, _IONBF, 0); /* so that no child writes it again */
    children();
    groups_and_sessions();
    timers();
    descriptors();
    shared_memory();
    sockets();
    limits();
    refusals();
}
