#include "service/client_place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "service/commands.h"

#define TOKEN_SIZE 256

static int read_token(const char *path, char ret[static TOKEN_SIZE], struct cupel_error *err)
{
    struct stat st;

    CUPEL_AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) < 0)
        return cupel_fail_errno(err, "--token-file %s", path);
    if (S_ISREG(st.st_mode) && (st.st_mode & 077) != 0)
        return cupel_fail(err, -EINVAL,
                          "--token-file %s: others than its owner may use it (mode %04o); "
                          "chmod 600 mends that",
                          path, (unsigned)(st.st_mode & 07777));
    ssize_t len = TEMP_FAILURE_RETRY(read(fd, ret, TOKEN_SIZE - 1));
    if (len < 0)
        return cupel_fail_errno(err, "--token-file %s", path);
    ret[len] = '\0';
    ret[strcspn(ret, " \t\r\n")] = '\0';
    if (ret[0] == '\0')
        return cupel_fail(err, -EINVAL, "--token-file %s: there is no token in it", path);
    return 0;
}

static int open_server(const struct client_request *request, const char *url,
                       const struct service_environment *environment, struct client **ret,
                       struct cupel_error *err)
{
    char token[TOKEN_SIZE] = "";

    if (request->token_file == NULL)
        return client_open_server(url, environment->token, request->ca_file, ret, err);
    int r = read_token(request->token_file, token, err);
    if (r == 0)
        r = client_open_server(url, token, request->ca_file, ret, err);
    explicit_bzero(token, sizeof(token));
    return r;
}

/* As the XDG Base Directory Specification has it, which ignores relative paths. */
static int open_default(const struct service_environment *environment, struct client **ret,
                        struct cupel_error *err)
{
    static const char scheme[] = "sqlite://";
    CUPEL_AUTO_FREE char *url = NULL;
    int n = -1;

    if (environment->state != NULL && environment->state[0] == '/')
        n = asprintf(&url, "%s%s/cupel/queue.db", scheme, environment->state);
    else if (environment->home != NULL && environment->home[0] == '/')
        n = asprintf(&url, "%s%s/.local/state/cupel/queue.db", scheme, environment->home);
    if (n < 0)
        url = NULL;
    if (url == NULL || access(url + strlen(scheme), F_OK) < 0)
        return cupel_fail(err, -EINVAL,
                          "no service is named: give --queue URL or --server URL, or set "
                          "CUPEL_QUEUE or CUPEL_SERVER%s%s",
                          url == NULL ? "" : "; there is no ",
                          url == NULL ? "" : url + strlen(scheme));
    return client_open_queue(url, ret, err);
}

int client_place_open(const struct client_request *request, struct client **ret,
                      struct cupel_error *err)
{
    const struct service_environment environment = service_environment();

    if (request->queue != NULL && request->server != NULL)
        return cupel_fail(err, -EINVAL, "expected --queue or --server, not both");
    if (request->queue != NULL)
        return client_open_queue(request->queue, ret, err);
    if (request->server != NULL)
        return open_server(request, request->server, &environment, ret, err);
    if (environment.queue != NULL && environment.server != NULL)
        return cupel_fail(
            err, -EINVAL,
            "CUPEL_QUEUE and CUPEL_SERVER are both set: give --queue or --server");
    if (environment.queue != NULL)
        return client_open_queue(environment.queue, ret, err);
    if (environment.server != NULL)
        return open_server(request, environment.server, &environment, ret, err);
    return open_default(&environment, ret, err);
}
