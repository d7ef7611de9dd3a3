/*
 * Technique: connect to a server of the host by its loopback
 * Family: escape
 * Layers: seccomp, network, landlock
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "beside.h"
#include "hostile.h"

int main(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)beside_number()),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return hostile_end(-1);
    return hostile_end(connect(fd, (struct sockaddr *)&address, sizeof(address)));
}
