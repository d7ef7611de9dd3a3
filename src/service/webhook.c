#include "service/webhook.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "service/http_client.h"
#include "service/http_url.h"

#define HEX_SIZE (2 * crypto_auth_hmacsha256_BYTES + 1)

void webhook_sign(const void *key, size_t key_len, int64_t now_s, const void *body,
                  size_t body_len, char ret[static WEBHOOK_SIGNATURE_SIZE])
{
    crypto_auth_hmacsha256_state state;
    unsigned char code[crypto_auth_hmacsha256_BYTES];
    char hex[HEX_SIZE];
    char time[24];

    int len = snprintf(time, sizeof(time), "%" PRId64 ".", now_s);
    (void)crypto_auth_hmacsha256_init(&state, key, key_len);
    (void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)time,
                                        (unsigned long long)len);
    (void)crypto_auth_hmacsha256_update(&state, body, body_len);
    (void)crypto_auth_hmacsha256_final(&state, code);
    sodium_memzero(&state, sizeof(state));
    (void)snprintf(ret, WEBHOOK_SIGNATURE_SIZE, "t=%" PRId64 ",v1=%s", now_s,
                   sodium_bin2hex(hex, sizeof(hex), code, sizeof(code)));
}

int webhook_check_url(const char *url, bool allow_http, struct cupel_error *err)
{
    char place[HTTP_PLACE_SIZE];

    return http_url_check(url, allow_http, place, err);
}

int webhook_post(const struct webhook_request *webhook, long *ret_status,
                 struct cupel_error *err)
{
    struct http_answer answer = {0};
    char signature[WEBHOOK_SIGNATURE_SIZE];

    webhook_sign(webhook->key, webhook->key_len, webhook->now_s, webhook->body,
                 webhook->body_len, signature);
    const struct http_header headers[] = {
        {"Cupel-Event", webhook->event},
        {"Cupel-Delivery", webhook->delivery},
        {"Cupel-Signature", signature},
        {NULL, NULL},
    };
    const struct http_request request = {
        .method = HTTP_POST,
        .url = webhook->url,
        .headers = headers,
        .content_type = "application/json",
        .body = {.kind = HTTP_BODY_BYTES, .bytes = webhook->body, .len = webhook->body_len},
        .answer_max_bytes = WEBHOOK_ANSWER_MAX,
        .limit_ms = webhook->limit_ms == 0 ? WEBHOOK_LIMIT_MS : webhook->limit_ms,
        .ca_file = webhook->ca_file,
        .allow_http = webhook->allow_http,
        .allow_private = webhook->allow_private,
    };
    int r = http_client_request(&request, &answer, err);
    if (r < 0)
        return r;
    *ret_status = answer.status;
    http_answer_free(&answer);
    return 0;
}
