#include "service/http_error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct cause {
    CURLcode code;
    int result;
    const char *what; /* "… HOST:PORT: detail" */
};

static const struct cause causes[] = {
    {CURLE_COULDNT_RESOLVE_HOST, -EHOSTUNREACH, "cannot find the address of"},
    {CURLE_COULDNT_CONNECT, -ECONNREFUSED, "cannot connect to"},
    {CURLE_OPERATION_TIMEDOUT, -ETIMEDOUT, "timed out waiting for"},
    {CURLE_PEER_FAILED_VERIFICATION, -EKEYREJECTED, "cannot trust the TLS certificate of"},
    {CURLE_SSL_CONNECT_ERROR, -EPROTO, "cannot speak TLS with"},
    {CURLE_SSL_CACERT_BADFILE, -EINVAL, "cannot use the CA file for"},
    {CURLE_GOT_NOTHING, -ECONNRESET, "connection broken off by"},
    {CURLE_PARTIAL_FILE, -ECONNRESET, "connection broken off by"},
    {CURLE_RECV_ERROR, -ECONNRESET, "connection broken off by"},
    {CURLE_SEND_ERROR, -ECONNRESET, "connection broken off by"},
    {CURLE_WEIRD_SERVER_REPLY, -EPROTO, "no HTTP from"},
    {CURLE_UNSUPPORTED_PROTOCOL, -EPROTO, "no HTTP from"},
    {CURLE_OUT_OF_MEMORY, -ENOMEM, "no memory is left for the request to"},
};

static const struct cause *cause_of(CURLcode code)
{
    static const struct cause other = {CURLE_OK, -EIO, "cannot finish the request to"};

    for (size_t i = 0; i < COUNT(causes); i++) {
        if (causes[i].code == code)
            return &causes[i];
    }
    return &other;
}

/* Details quote certificates and status lines, which are the server's. */
static void make_printable(char *text)
{
    for (; *text != '\0'; text++) {
        if (*text < ' ' || *text > '~')
            *text = '?';
    }
}

int http_error_fail(CURLcode code, const char *place, const char *detail, long os_errno,
                    struct cupel_error *err)
{
    const struct cause *cause = cause_of(code);
    char text[CURL_ERROR_SIZE];

    if (code == CURLE_COULDNT_CONNECT && os_errno != 0) {
        errno = (int)os_errno;
        return cupel_fail_errno(err, "%s %s", cause->what, place);
    }
    (void)snprintf(text, sizeof(text), "%s",
                   detail[0] == '\0' ? curl_easy_strerror(code) : detail);
    make_printable(text);
    return cupel_fail(err, cause->result, "%s %s: %s", cause->what, place, text);
}
