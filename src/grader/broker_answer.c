/* What a client does not take at once is kept, once, until it does. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "grader/broker_call.h"

struct piece {
    enum cupel_broker_type type;
    unsigned stream;
    const void *bytes;
    size_t len;
};

static size_t cut(size_t len)
{
    return len < CUPEL_BROKER_CHUNK ? len : CUPEL_BROKER_CHUNK;
}

static bool has_output(const struct broker_answer *answer, unsigned stream)
{
    return answer->sent[stream] < answer->output[stream].len;
}

bool broker_has_more(const struct broker_call *call)
{
    const struct broker_answer *answer = &call->answer;

    return has_output(answer, 0) || has_output(answer, 1) ||
           (answer->has_end && !answer->is_sent);
}

/* Bytes of the file that is under way, the report after the last. */
static const char *file_bytes(const struct broker_call *call, size_t *ret_len)
{
    const struct broker_answer *answer = &call->answer;

    if (answer->file < call->get_count) {
        *ret_len = call->gets[answer->file].len;
        return call->gets[answer->file].bytes;
    }
    *ret_len = strlen(answer->report);
    return answer->report;
}

static bool has_file(const struct broker_call *call)
{
    return call->answer.file < call->get_count ||
           (call->answer.file == call->get_count && call->answer.report != NULL);
}

static struct piece next_piece(const struct broker_call *call)
{
    const struct broker_answer *answer = &call->answer;

    for (unsigned i = 0; i < 2; i++) {
        const struct broker_bytes *output = &answer->output[i];
        if (has_output(answer, i))
            return (struct piece){CUPEL_BROKER_OUTPUT, i, output->bytes + answer->sent[i],
                                  cut(output->len - answer->sent[i])};
    }
    if (answer->refused)
        return (struct piece){.type = CUPEL_BROKER_REFUSED};
    if (!has_file(call))
        return (struct piece){.type = CUPEL_BROKER_EXITED};
    size_t len = 0;
    const char *bytes = file_bytes(call, &len);
    enum cupel_broker_type first =
        answer->file < call->get_count ? CUPEL_BROKER_FILE : CUPEL_BROKER_REPORT;
    return (struct piece){answer->file_begun ? CUPEL_BROKER_MORE : first, 0,
                          bytes != NULL ? bytes + answer->file_sent : NULL,
                          cut(len - answer->file_sent)};
}

static int encode(const struct broker_call *call, const struct piece *piece, void *buf,
                  size_t size)
{
    const struct broker_answer *answer = &call->answer;
    struct cupel_broker_output output = {piece->stream, piece->bytes, piece->len};
    struct cupel_broker_exited exited = {answer->status, answer->text};

    if (piece->type == CUPEL_BROKER_OUTPUT)
        return cupel_broker_encode_output(&output, buf, size);
    if (piece->type == CUPEL_BROKER_REFUSED)
        return cupel_broker_encode_text(piece->type, answer->text, buf, size);
    if (piece->type == CUPEL_BROKER_EXITED)
        return cupel_broker_encode_exited(&exited, buf, size);
    if (piece->type == CUPEL_BROKER_FILE)
        return cupel_broker_encode_file(
            &(struct cupel_broker_file){(uint32_t)answer->file, call->gets[answer->file].code,
                                        piece->bytes, piece->len},
            buf, size);
    return cupel_broker_encode_bytes(piece->type, piece->bytes, piece->len, buf, size);
}

static void advance_file(struct broker_call *call, size_t len)
{
    struct broker_answer *answer = &call->answer;
    size_t total = 0;

    (void)file_bytes(call, &total);
    answer->file_begun = true;
    answer->file_sent += len;
    if (answer->file_sent == total) {
        answer->file++;
        answer->file_begun = false;
        answer->file_sent = 0;
    }
}

static void advance(struct broker_call *call, const struct piece *piece)
{
    struct broker_answer *answer = &call->answer;

    if (piece->type == CUPEL_BROKER_OUTPUT) {
        answer->sent[piece->stream] += piece->len;
        if (!has_output(answer, piece->stream))
            answer->sent[piece->stream] = answer->output[piece->stream].len = 0;
    } else if (piece->type == CUPEL_BROKER_EXITED || piece->type == CUPEL_BROKER_REFUSED) {
        answer->is_sent = true;
    } else {
        advance_file(call, piece->len);
    }
}

/* That a client has left is told by its socket. */
static void fall_silent(struct broker_call *call)
{
    call->is_deaf = true;
    if (errno != EPIPE && errno != ECONNRESET)
        broker_tell_failure(call->broker, errno, "cupel could not answer a call");
}

void broker_flush(struct broker_call *call)
{
    struct cupel_broker *broker = call->broker;

    while (!call->is_deaf && call->socket.fd >= 0 && broker_has_more(call)) {
        struct piece piece = next_piece(call);
        int len = encode(call, &piece, broker->frame, CUPEL_BROKER_MAX);
        ssize_t n = len < 0 ? len
                            : send(call->socket.fd, broker->frame, (size_t)len,
                                   MSG_DONTWAIT | MSG_NOSIGNAL);
        if (len < 0)
            errno = -len;
        if (n >= 0)
            advance(call, &piece);
        else if (errno == EAGAIN)
            return;
        else if (errno != EINTR)
            fall_silent(call);
    }
}

static void finish(struct broker_call *call)
{
    call->phase = BROKER_ANSWERED;
    call->answer.has_end = true;
    broker_flush(call);
    broker_watch(call);
}

void broker_end(struct broker_call *call, unsigned status, const char *text)
{
    struct broker_answer *answer = &call->answer;

    if (!answer->refused) {
        answer->status = status;
        (void)snprintf(answer->text, sizeof(answer->text), "%s", text);
    }
    finish(call);
}

void broker_refuse(struct broker_call *call, const char *text)
{
    struct broker_answer *answer = &call->answer;

    answer->refused = true;
    (void)snprintf(answer->text, sizeof(answer->text), "%s", text);
    if (call->run != NULL)
        cupel_run_kill(call->run);
    else
        finish(call);
}
