#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "exec/exec.h"

#define DEPTH_MAX 64 /* of folders */

int exec_send(struct exec *exec, int len, struct cupel_error *err)
{
    struct pollfd socket = {.fd = exec->socket_fd, .events = POLLIN | POLLOUT};

    if (len < 0)
        return cupel_fail(err, len, "the command with its arguments is too long");
    while (!exec->answered) {
        ssize_t n =
            send(exec->socket_fd, exec->frame, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n >= 0)
            return 0;
        if (errno == EPIPE || errno == ECONNRESET) {
            exec->answered = true;
        } else if (errno == EAGAIN) {
            if (poll(&socket, 1, -1) > 0 && (socket.revents & ~POLLOUT) != 0)
                exec->answered = true; /* a call that is refused is not read to its end */
        } else if (errno != EINTR) {
            return cupel_fail_errno(err, "send to cupel");
        }
    }
    return 0;
}

/* The first chunk says where the file goes, the others follow. */
static int send_chunk(struct exec *exec, const char *there, bool executable, size_t len,
                      bool first, struct cupel_error *err)
{
    struct cupel_broker_put put = {there, executable, exec->chunk, len};
    int n = first ? cupel_broker_encode_put(&put, exec->frame, sizeof(exec->frame))
                  : cupel_broker_encode_bytes(CUPEL_BROKER_MORE, exec->chunk, len, exec->frame,
                                              sizeof(exec->frame));

    if (n < 0)
        return cupel_fail(err, n, "--put %.150s: the name is too long", there);
    return exec_send(exec, n, err);
}

static int send_file(struct exec *exec, const char *here, const char *there,
                     struct cupel_error *err)
{
    struct stat st;
    CUPEL_AUTO_FD fd = open(here, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    int r = 0;

    if (fd < 0 || fstat(fd, &st) < 0)
        return cupel_fail_errno(err, "--put %.150s", here);
    if (!S_ISREG(st.st_mode))
        return cupel_fail(err, -EINVAL, "--put %.150s: no regular file or folder", here);
    for (bool first = true; r == 0 && !exec->answered; first = false) {
        ssize_t n = TEMP_FAILURE_RETRY(read(fd, exec->chunk, sizeof(exec->chunk)));
        if (n < 0)
            return cupel_fail_errno(err, "--put %.150s: read", here);
        if (n == 0 && !first)
            break;
        r = send_chunk(exec, there, (st.st_mode & S_IXUSR) != 0, (size_t)n, first, err);
    }
    return r;
}

static int send_folder(struct exec *exec, const char *here, const char *there, unsigned depth,
                       struct cupel_error *err);

/* Links are refused: where they lead is not what the learner's box would have. */
static int send_path(struct exec *exec, const char *here, const char *there, unsigned depth,
                     struct cupel_error *err)
{
    struct stat st;

    if (lstat(here, &st) < 0)
        return cupel_fail_errno(err, "--put %.150s", here);
    if (S_ISREG(st.st_mode))
        return send_file(exec, here, there, err);
    if (!S_ISDIR(st.st_mode))
        return cupel_fail(err, -EINVAL, "--put %.150s: no regular file or folder", here);
    if (depth == DEPTH_MAX)
        return cupel_fail(err, -ELOOP, "--put %.150s: folders more than %d deep", here,
                          DEPTH_MAX);
    return send_folder(exec, here, there, depth + 1, err);
}

static char *join(const char *folder, const char *name)
{
    char *path = NULL;

    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

/* A file of the folder `here`, which is "." there if it is the box itself. */
static int send_entry(struct exec *exec, const char *here, const char *there, const char *name,
                      unsigned depth, struct cupel_error *err)
{
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return 0;
    CUPEL_AUTO_FREE char *path = join(here, name);
    CUPEL_AUTO_FREE char *target = strcmp(there, ".") == 0 ? strdup(name) : join(there, name);
    if (path == NULL || target == NULL)
        return cupel_fail(err, -ENOMEM, "--put %.150s: out of memory", here);
    return send_path(exec, path, target, depth, err);
}

static void close_folder(DIR **folder)
{
    if (*folder != NULL)
        (void)closedir(*folder);
}

static int send_folder(struct exec *exec, const char *here, const char *there, unsigned depth,
                       struct cupel_error *err)
{
    __attribute__((cleanup(close_folder))) DIR *entries = opendir(here);
    int r = 0;

    if (entries == NULL)
        return cupel_fail_errno(err, "--put %.150s", here);
    while (r == 0 && !exec->answered) {
        errno = 0;
        const struct dirent *entry = readdir(entries);
        if (entry == NULL)
            return errno != 0 ? cupel_fail_errno(err, "--put %.150s", here) : 0;
        r = send_entry(exec, here, there, entry->d_name, depth, err);
    }
    return r;
}

static int send_put(struct exec *exec, const struct exec_file *file, struct cupel_error *err)
{
    struct stat st;

    if (stat(file->here, &st) < 0)
        return cupel_fail_errno(err, "--put %.150s", file->here);
    return S_ISDIR(st.st_mode) ? send_folder(exec, file->here, file->there, 0, err)
                               : send_file(exec, file->here, file->there, err);
}

static int send_get(struct exec *exec, const struct exec_file *file, struct cupel_error *err)
{
    int n = cupel_broker_encode_text(CUPEL_BROKER_GET, file->there, exec->frame,
                                     sizeof(exec->frame));

    return n < 0 ? cupel_fail(err, n, "--get %.150s: the name is too long", file->there)
                 : exec_send(exec, n, err);
}

/* What a call before has left there must not be taken for this one's. */
static int remove_old(const char *here, struct cupel_error *err)
{
    struct stat st;

    if (here == NULL || lstat(here, &st) < 0 || !S_ISREG(st.st_mode) || unlink(here) == 0)
        return 0;
    return cupel_fail_errno(err, "remove %.150s", here);
}

static int remove_all_old(const struct exec_request *request, struct cupel_error *err)
{
    int r = remove_old(request->report, err);

    for (size_t i = 0; r == 0 && i < request->get_count; i++)
        r = remove_old(request->gets[i].here, err);
    return r;
}

int exec_send_request(struct exec *exec, struct cupel_error *err)
{
    const struct exec_request *request = exec->request;
    const struct cupel_broker_call call = {request->chdir, request->report != NULL,
                                           request->argv, request->environment};
    int r = 0;

    for (size_t i = 0; r == 0 && i < request->put_count; i++)
        r = send_put(exec, &request->puts[i], err);
    if (r == 0)
        r = remove_all_old(request, err);
    for (size_t i = 0; r == 0 && i < request->get_count; i++)
        r = send_get(exec, &request->gets[i], err);
    if (r < 0)
        return r;
    return exec_send(exec, cupel_broker_encode_call(&call, exec->frame, sizeof(exec->frame)),
                     err);
}
