/*
 * Technique: have the kernel compile a program for a socket
 * Family: escape
 * Layers: seccomp
 * Outcome: stopped
 * Policies: every
 * Control: user
 */
#include <linux/filter.h>
#include <sys/socket.h>

#include "hostile.h"

int main(void)
{
    struct sock_filter all[] = {BPF_STMT(BPF_RET | BPF_K, 0xffff)};
    const struct sock_fprog program = {.len = 1, .filter = all};
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) < 0)
        return hostile_end(-1);
    return hostile_end(
        setsockopt(pair[0], SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)));
}
