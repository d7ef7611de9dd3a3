#include "service/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cupel/cleanup.h"

static int set_address(const char *place, struct notify *notify, struct cupel_error *err)
{
    size_t len = strlen(place);

    if ((place[0] != '/' && place[0] != '@') || len < 2 ||
        len >= sizeof(notify->address.sun_path))
        return cupel_fail(err, -EINVAL, "NOTIFY_SOCKET=%.120s: expected /PATH or @NAME", place);
    notify->address.sun_family = AF_UNIX;
    memcpy(notify->address.sun_path, place, len);
    if (place[0] == '@')
        notify->address.sun_path[0] = '\0'; /* of the abstract namespace, by its length */
    notify->len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
    return 0;
}

int notify_open(const char *place, const char *watchdog, struct notify *ret,
                struct cupel_error *err)
{
    struct notify notify = {.fd = -1};
    uint64_t watchdog_us = 0;

    int r = place == NULL ? 0 : set_address(place, &notify, err);
    if (r < 0)
        return r;
    if (place != NULL && watchdog != NULL) {
        if (!cupel_cli_parse_number(watchdog, 1, INT64_MAX, &watchdog_us))
            return cupel_fail(err, -EINVAL, "WATCHDOG_USEC=%.60s: expected microseconds",
                              watchdog);
        notify.watchdog_us = (int64_t)watchdog_us;
    }
    if (place != NULL) {
        notify.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (notify.fd < 0)
            return cupel_fail_errno(err, "socket");
    }
    *ret = notify;
    return 0;
}

void notify_send(const struct notify *notify, const char *text)
{
    if (notify->fd >= 0)
        (void)sendto(notify->fd, text, strlen(text), MSG_NOSIGNAL,
                     (const struct sockaddr *)&notify->address, notify->len);
}

void notify_close(struct notify *notify)
{
    cupel_close_p(&notify->fd);
    notify->fd = -1;
}
