#include "exhaust.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "crew.h"
#include "hostile.h"

enum { WORDS_MAX = 6, HOLD_MS = 300 };

/* The programs of tests/limits are in the folder above that of the techniques. */
static int find(const char *program, char path[static PATH_MAX + 64])
{
    char self[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (len < 0)
        return -1;
    self[len] = '\0';
    *strrchr(self, '/') = '\0';
    (void)snprintf(path, PATH_MAX + 64, "%s/../%s", self, program);
    return 0;
}

/* Dots and the errno's name are all that they write: here, both are the technique's answer. */
static _Noreturn void become(char *const words[])
{
    char path[PATH_MAX + 64];

    (void)dup2(STDOUT_FILENO, STDERR_FILENO);
    if (find(words[0], path) == 0)
        (void)execv(path, words);
    _exit(2);
}

int exhaust_by(const char *program, ...)
{
    char copies[WORDS_MAX][16] = {0};
    char *words[WORDS_MAX + 1] = {NULL};
    const char *word = program;
    int status = 0;
    va_list list;

    va_start(list, program);
    for (int i = 0; word != NULL && i < WORDS_MAX; i++) {
        (void)snprintf(copies[i], sizeof(copies[i]), "%s", word);
        words[i] = copies[i];
        word = va_arg(list, const char *);
    }
    va_end(list);
    pid_t pid = fork();
    if (pid == 0)
        become(words);
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        return hostile_end(-1);
    if (WIFSIGNALED(status))
        return hostile_refused(sigabbrev_np(WTERMSIG(status)));
    return WEXITSTATUS(status) == 0 ? hostile_end(0) : WEXITSTATUS(status);
}

struct order {
    int (*work)(unsigned index);
};

static int be_member(void *owner, unsigned index)
{
    const struct order *order = owner;

    hostile_bound(CREW_SECONDS);
    return order->work(index) < 0 ? crew_refused() : 0;
}

int exhaust_crew(unsigned count, int (*work)(unsigned index))
{
    struct order order = {work};

    if (crew_work(count, be_member, &order, HOLD_MS) == 0)
        return 0;
    errno = ENOMEM;
    return -1;
}

long exhaust_used_ms(void)
{
    struct timespec used = {0};

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return used.tv_sec * 1000 + used.tv_nsec / 1000000;
}

void exhaust_hold(void)
{
    crew_sleep_ms(HOLD_MS);
}

int exhaust_output(char byte)
{
    enum { BYTES = 16 << 20, BLOCK = 65536 };
    static char block[BLOCK];

    memset(block, byte, sizeof(block));
    for (ssize_t done = 0; done < BYTES;) {
        ssize_t n = write(STDOUT_FILENO, block, sizeof(block));
        if (n < 0)
            return -1;
        done += n;
    }
    return 0;
}
