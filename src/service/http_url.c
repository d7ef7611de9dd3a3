#include "service/http_url.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cupel/text.h"

static int refused(CURLUcode code, struct cupel_error *err)
{
    if (code == CURLUE_OUT_OF_MEMORY)
        return cupel_fail(err, -ENOMEM, "cannot read the URL: no memory is left");
    return cupel_fail(err, -EINVAL, "not a URL such as https://host/path: %s",
                      curl_url_strerror(code));
}

/* libcurl would take one slash or three for two, and so a path for a host. */
static bool has_authority(const char *url)
{
    const char *colon = strchr(url, ':');

    return colon != NULL && strncmp(colon, "://", 3) == 0 && colon[3] != '/';
}

static bool has_part(CURLU *parts, CURLUPart part)
{
    char *text = NULL;

    CURLUcode code = curl_url_get(parts, part, &text, 0);
    curl_free(text);
    return code == CURLUE_OK;
}

static int check_scheme(CURLU *parts, bool allow_http, struct cupel_error *err)
{
    const char *expected = allow_http ? "https or http" : "https";
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    char *scheme = NULL;

    CURLUcode code = curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0);
    if (code != CURLUE_OK)
        return refused(code, err);
    int r = 0;
    if (strcmp(scheme, "https") != 0 && !(allow_http && strcmp(scheme, "http") == 0))
        r = cupel_fail(err, -EINVAL, "the URL's scheme is \"%s\", expected %s",
                       cupel_text_excerpt(scheme, excerpt), expected);
    curl_free(scheme);
    return r;
}

static int read_place(CURLU *parts, char *ret, struct cupel_error *err)
{
    char *host = NULL;
    char *port = NULL;

    CURLUcode code = curl_url_get(parts, CURLUPART_HOST, &host, 0);
    if (code == CURLUE_OK)
        code = curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT);
    int r = code == CURLUE_OK ? 0 : refused(code, err);
    if (r == 0 && snprintf(ret, HTTP_PLACE_SIZE, "%s:%s", host, port) >= (int)HTTP_PLACE_SIZE)
        r = cupel_fail(err, -EINVAL, "the URL's host has %zu bytes, expected at most 255",
                       strlen(host));
    curl_free(host);
    curl_free(port);
    return r;
}

static int check(CURLU *parts, const char *url, bool allow_http, char *ret,
                 struct cupel_error *err)
{
    /* Schemes are left to check_scheme(), so that the message can name what is expected. */
    CURLUcode code = curl_url_set(parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME);
    if (code != CURLUE_OK)
        return refused(code, err);
    if (!has_authority(url))
        return refused(CURLUE_NO_HOST, err);
    int r = check_scheme(parts, allow_http, err);
    if (r < 0)
        return r;
    if (has_part(parts, CURLUPART_USER) || has_part(parts, CURLUPART_PASSWORD))
        return cupel_fail(err, -EINVAL,
                          "the URL has a user or a password in it, expected none");
    return read_place(parts, ret, err);
}

int http_url_check(const char *url, bool allow_http, char ret[static HTTP_PLACE_SIZE],
                   struct cupel_error *err)
{
    char place[HTTP_PLACE_SIZE];
    size_t len = strlen(url);

    if (len > HTTP_URL_MAX)
        return cupel_fail(err, -EINVAL, "the URL has %zu bytes, expected at most %u", len,
                          HTTP_URL_MAX);
    CURLU *parts = curl_url();
    if (parts == NULL)
        return refused(CURLUE_OUT_OF_MEMORY, err);
    int r = check(parts, url, allow_http, place, err);
    curl_url_cleanup(parts);
    if (r == 0)
        (void)memcpy(ret, place, sizeof(place));
    return r;
}
