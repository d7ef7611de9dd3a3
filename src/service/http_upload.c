#include "service/http_upload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cupel/cleanup.h"

struct http_source {
    struct http_upload *upload;
    const char *name; /* in messages */
    int fd;
    int owned_fd; /* or -1 */
    uint64_t left;
};

static int no_memory(struct cupel_error *err)
{
    return cupel_fail(err, -ENOMEM, "cannot prepare the request: no memory is left");
}

static size_t read_source(char *buf, size_t size, size_t count, void *data)
{
    struct http_source *source = data;
    size_t want = size * count < source->left ? size * count : (size_t)source->left;
    ssize_t n;

    if (want == 0)
        return 0;
    do
        n = read(source->fd, buf, want);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        (void)cupel_fail_errno(&source->upload->err, "cannot read %s", source->name);
    else if (n == 0)
        (void)cupel_fail(&source->upload->err, -EIO,
                         "%s became shorter while it was sent: %ju bytes are missing",
                         source->name, (uintmax_t)source->left);
    if (n <= 0)
        return CURL_READFUNC_ABORT;
    source->left -= (uint64_t)n;
    return (size_t)n;
}

static int make_sources(struct http_upload *upload, size_t count, struct cupel_error *err)
{
    upload->sources = calloc(count + 1, sizeof(*upload->sources));
    if (upload->sources == NULL)
        return no_memory(err);
    for (size_t i = 0; i < count; i++)
        upload->sources[i] = (struct http_source){.upload = upload, .fd = -1, .owned_fd = -1};
    upload->source_count = count;
    return 0;
}

static int open_source(struct http_source *source, const char *path, struct cupel_error *err)
{
    struct stat st;

    source->name = path;
    source->owned_fd = open(path, O_RDONLY | O_CLOEXEC);
    source->fd = source->owned_fd;
    if (source->fd < 0 || fstat(source->fd, &st) < 0)
        return cupel_fail_errno(err, "cannot open %s", path);
    if (!S_ISREG(st.st_mode))
        return cupel_fail(err, -EINVAL, "%s is not a regular file", path);
    source->left = (uint64_t)st.st_size;
    return 0;
}

static int set_part(curl_mimepart *mime, const struct http_part *part,
                    struct http_source *source, struct cupel_error *err)
{
    CURLcode code = mime == NULL ? CURLE_OUT_OF_MEMORY : curl_mime_name(mime, part->name);
    if (code == CURLE_OK && part->path == NULL)
        code = curl_mime_data(mime, part->value, CURL_ZERO_TERMINATED);
    if (code == CURLE_OK && part->path != NULL) {
        int r = open_source(source, part->path, err);
        if (r < 0)
            return r;
        code = curl_mime_filename(mime, basename(part->path));
        if (code == CURLE_OK)
            code = curl_mime_data_cb(mime, (curl_off_t)source->left, read_source, NULL, NULL,
                                     source);
    }
    return code == CURLE_OK ? 0 : no_memory(err);
}

static int set_parts(struct http_upload *upload, CURL *curl, const struct http_body *body,
                     struct cupel_error *err)
{
    int r = make_sources(upload, body->part_count, err);
    if (r < 0)
        return r;
    upload->mime = curl_mime_init(curl);
    if (upload->mime == NULL)
        return no_memory(err);
    for (size_t i = 0; r == 0 && i < body->part_count; i++)
        r = set_part(curl_mime_addpart(upload->mime), &body->parts[i], &upload->sources[i],
                     err);
    if (r == 0 && curl_easy_setopt(curl, CURLOPT_MIMEPOST, upload->mime) != CURLE_OK)
        return no_memory(err);
    return r;
}

static int set_fd(struct http_upload *upload, CURL *curl, const struct http_body *body,
                  struct cupel_error *err)
{
    int r = make_sources(upload, 1, err);
    if (r < 0)
        return r;
    upload->sources[0].name = "what was to be sent";
    upload->sources[0].fd = body->fd;
    upload->sources[0].left = body->len;
    (void)curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_source);
    (void)curl_easy_setopt(curl, CURLOPT_READDATA, &upload->sources[0]);
    (void)curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)body->len);
    return 0;
}

static int set_bytes(CURL *curl, const void *bytes, uint64_t len)
{
    (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, len == 0 ? "" : (const char *)bytes);
    (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
    return 0;
}

int http_upload_set(struct http_upload *upload, CURL *curl, const struct http_body *body,
                    struct cupel_error *err)
{
    switch (body->kind) {
    case HTTP_BODY_BYTES:
        return set_bytes(curl, body->bytes, body->len);
    case HTTP_BODY_FD:
        return set_fd(upload, curl, body, err);
    case HTTP_BODY_PARTS:
        return set_parts(upload, curl, body, err);
    case HTTP_BODY_NONE:
        break;
    }
    return 0;
}

void http_upload_free(struct http_upload *upload)
{
    curl_mime_free(upload->mime);
    for (size_t i = 0; i < upload->source_count; i++)
        cupel_close_p(&upload->sources[i].owned_fd);
    free(upload->sources);
    *upload = (struct http_upload){0};
}
