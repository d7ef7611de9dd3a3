/*
 * Technique: gain privileges by a set-uid program of the host
 * Family: escape
 * Layers: capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 * Needs: set-uid programs
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hostile.h"

static const char *find_program(void)
{
    static const char *const paths[] = {"/usr/bin/su", "/usr/bin/passwd", "/usr/bin/mount"};
    struct stat st;

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        if (stat(paths[i], &st) == 0 && (st.st_mode & S_ISUID) != 0)
            return paths[i];
    }
    return NULL;
}

/* The loader shows what the kernel told it, unless that was that privileges were gained. */
static _Noreturn void execute(const char *path, int output_fd)
{
    char *const environment[] = {"LD_SHOW_AUXV=1", NULL};
    char *const argv[] = {"program", "--help", NULL};

    (void)dup2(output_fd, STDOUT_FILENO);
    (void)execve(path, argv, environment);
    (void)puts("AT_SECURE");
    exit(1);
}

int main(void)
{
    const char *path = find_program();
    struct statvfs place;
    char text[8192] = "";
    size_t len = 0;
    ssize_t n;
    int ends[2];

    if (path == NULL || statvfs(path, &place) < 0 ||
        (geteuid() == 0 && (place.f_flag & ST_NOSUID) != 0))
        return hostile_not_here("a host without set-uid programs");
    if (geteuid() == 0) /* who has nothing to gain */
        (void)!setresuid(65534, 65534, 65534);
    if (pipe(ends) < 0)
        return hostile_end(-1);
    pid_t pid = fork();
    if (pid < 0)
        return hostile_end(-1);
    if (pid == 0)
        execute(path, ends[1]);
    (void)close(ends[1]);
    while (len < sizeof(text) - 1 &&
           (n = read(ends[0], text + len, sizeof(text) - 1 - len)) > 0)
        len += (size_t)n;
    (void)waitpid(pid, NULL, 0);
    return len > 0 && strstr(text, "AT_SECURE") == NULL ? hostile_end(0)
                                                        : hostile_refused("as before");
}
