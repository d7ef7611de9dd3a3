#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "exec/exec.h"

static int write_file(struct exec *exec, const unsigned char *bytes, size_t len,
                      struct cupel_error *err)
{
    while (exec->file_fd >= 0 && len > 0) {
        ssize_t n = TEMP_FAILURE_RETRY(write(exec->file_fd, bytes, len));
        if (n < 0)
            return cupel_fail_errno(err, "write %.150s", exec->file_name);
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

static int close_file(struct exec *exec, struct cupel_error *err)
{
    int fd = cupel_take_fd(&exec->file_fd);

    if (fd >= 0 && close(fd) < 0) /* some file systems tell only now that it has no room */
        return cupel_fail_errno(err, "write %.150s", exec->file_name);
    return 0;
}

static int open_file(struct exec *exec, const char *name, const void *bytes, size_t len,
                     struct cupel_error *err)
{
    exec->file_name = name;
    exec->file_fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (exec->file_fd < 0)
        return cupel_fail_errno(err, "write %.150s", name);
    return write_file(exec, bytes, len, err);
}

static const char *explain(int code)
{
    switch (code) {
    case -EINVAL:
        return "no regular file";
    case -EFBIG:
        return "too large";
    case -ELOOP:
        return "there is a link on the way to it";
    default:
        return strerrordesc_np(-code);
    }
}

static int miss_file(const struct exec *exec, const struct exec_file *file, int code)
{
    char text[512];
    const char *why = explain(code);

    (void)snprintf(text, sizeof(text), "--get %.300s: %s", file->there,
                   why != NULL ? why : "unknown error");
    exec->tell(text);
    return 0;
}

static int take_file(struct exec *exec, size_t len, struct cupel_error *err)
{
    struct cupel_broker_file file;

    if (cupel_broker_decode_file(exec->answer, len, &file) < 0 ||
        file.index >= exec->request->get_count)
        return cupel_fail(err, -EPROTO, "cupel sent a malformed file");
    const struct exec_file *asked = &exec->request->gets[file.index];
    return file.code < 0 ? miss_file(exec, asked, file.code)
                         : open_file(exec, asked->here, file.bytes, file.len, err);
}

static int take_bytes(struct exec *exec, enum cupel_broker_type type, size_t len,
                      struct cupel_error *err)
{
    const void *bytes;
    size_t count;

    if (cupel_broker_decode_bytes(type, exec->answer, len, &bytes, &count) < 0 ||
        (type == CUPEL_BROKER_REPORT && exec->request->report == NULL))
        return cupel_fail(err, -EPROTO, "cupel sent a malformed file");
    return type == CUPEL_BROKER_MORE
               ? write_file(exec, bytes, count, err)
               : open_file(exec, exec->request->report, bytes, count, err);
}

static int take_output(struct exec *exec, size_t len, struct cupel_error *err)
{
    struct cupel_broker_output output;

    if (cupel_broker_decode_output(exec->answer, len, &output) < 0)
        return cupel_fail(err, -EPROTO, "cupel sent malformed output");
    exec->output_fd = output.stream == 0 ? STDOUT_FILENO : STDERR_FILENO;
    exec->output = output.bytes;
    exec->output_len = output.len;
    return 0;
}

static int take_end(struct exec *exec, enum cupel_broker_type type, size_t len,
                    struct cupel_error *err)
{
    struct cupel_broker_exited exited = {.status = EXEC_STATUS_FAILED};
    int r = type == CUPEL_BROKER_EXITED
                ? cupel_broker_decode_exited(exec->answer, len, &exited)
                : cupel_broker_decode_text(type, exec->answer, len, &exited.message);

    if (r < 0)
        return cupel_fail(err, r, "cupel sent a malformed end");
    if (exited.message[0] != '\0')
        exec->tell(exited.message);
    exec->status = (int)exited.status;
    return 0;
}

/* A supervisor that leaves with input unread resets the connection: that is told once, and
 * before what it has answered. */
static ssize_t receive(struct exec *exec)
{
    ssize_t n;

    do
        n = recv(exec->socket_fd, exec->answer, sizeof(exec->answer), 0);
    while (n < 0 && (errno == EINTR || errno == ECONNRESET));
    return n;
}

int exec_take_answer(struct exec *exec, struct cupel_error *err)
{
    enum cupel_broker_type type;

    ssize_t n = receive(exec);
    if (n < 0)
        return cupel_fail_errno(err, "receive from cupel");
    if (n == 0)
        return cupel_fail(err, -EPIPE, "cupel ended the call");
    size_t len = (size_t)n;
    if (cupel_broker_type(exec->answer, len, &type) < 0 ||
        cupel_broker_next(exec->state, type, &exec->state) < 0)
        return cupel_fail(err, -EPROTO, "cupel broke the protocol");
    int r = type == CUPEL_BROKER_MORE ? 0 : close_file(exec, err);
    if (r < 0)
        return r;
    switch (type) {
    case CUPEL_BROKER_OUTPUT:
        return take_output(exec, len, err);
    case CUPEL_BROKER_FILE:
        return take_file(exec, len, err);
    case CUPEL_BROKER_REPORT:
    case CUPEL_BROKER_MORE:
        return take_bytes(exec, type, len, err);
    case CUPEL_BROKER_EXITED:
    case CUPEL_BROKER_REFUSED:
        return take_end(exec, type, len, err);
    case CUPEL_BROKER_PUT:
    case CUPEL_BROKER_GET:
    case CUPEL_BROKER_CALL:
    case CUPEL_BROKER_INPUT:
    case CUPEL_BROKER_INPUT_END:
        break; /* no state of answers permits them */
    }
    return cupel_fail(err, -EPROTO, "cupel broke the protocol");
}
