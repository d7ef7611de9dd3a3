/*
 * Technique: open a socket that makes packets of its own
 * Family: escape
 * Layers: seccomp, capabilities
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <netinet/in.h>
#include <sys/socket.h>

#include "hostile.h"

int main(void)
{
    return hostile_end(socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP));
}
