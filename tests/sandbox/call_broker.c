/* Say something to whoever listens at /cupel/broker, and print the answer. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(int argc, char **argv)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/cupel/broker"};
    char answer[64] = "";
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    if (argc != 2 || fd < 0 ||
        connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
        send(fd, argv[1], strlen(argv[1]), 0) < 0 ||
        recv(fd, answer, sizeof(answer) - 1, 0) < 0) {
        perror("call_broker");
        return 1;
    }
    (void)puts(answer);
    return 0;
}
