/*
 * Technique: leave a daemon behind that no signal but SIGKILL ends
 * Family: exhaustion
 * Layers: pid
 * Outcome: exited
 * Policies: native
 * Control: room
 */
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "crew.h"
#include "hostile.h"

/* It hears of no hang-up, belongs to no session of its maker, and changes its name. */
static _Noreturn void be_daemon(void)
{
    hostile_bound(HOSTILE_SECONDS);
    (void)signal(SIGHUP, SIG_IGN);
    (void)signal(SIGTERM, SIG_IGN);
    (void)setsid();
    (void)chdir("/");
    (void)prctl(PR_SET_NAME, "outliving");
    (void)fclose(stdin);
    (void)fclose(stdout);
    (void)fclose(stderr);
    crew_sleep_ms(6000);
    _exit(0);
}

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    pid_t pid = fork();
    if (pid < 0)
        return hostile_end(-1);
    if (pid == 0 && fork() == 0)
        be_daemon();
    if (pid == 0)
        _exit(0);
    crew_sleep_ms(50);
    return hostile_end(0);
}
