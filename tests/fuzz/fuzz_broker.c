/*
 * Every decoder refuses a frame, or fills its structure with what lies within; and since a
 * frame has one form, what is decoded is encoded to the same bytes.
 */
#include <stdint.h>
#include <string.h>

#include "cupel/broker.h"
#include "require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned char again[CUPEL_BROKER_MAX];

static void require_same(const uint8_t *data, size_t size, enum cupel_broker_type type, int len)
{
    enum cupel_broker_type told;

    require_same_bytes(data, size, again, len);
    require(cupel_broker_type(data, size, &told) == 0 && told == type);
}

static void try_requests(const uint8_t *data, size_t size)
{
    struct cupel_broker_put put;
    struct cupel_broker_call call = {0};

    if (cupel_broker_decode_put(data, size, &put) == 0) {
        require(put.len <= CUPEL_BROKER_CHUNK);
        require_same(data, size, CUPEL_BROKER_PUT,
                     cupel_broker_encode_put(&put, again, sizeof(again)));
    }
    if (cupel_broker_decode_call(data, size, &call) == 0) {
        require(call.argv[0] != NULL && call.environment != NULL);
        require_same(data, size, CUPEL_BROKER_CALL,
                     cupel_broker_encode_call(&call, again, sizeof(again)));
        cupel_broker_call_clear(&call);
    }
}

static void try_answers(const uint8_t *data, size_t size)
{
    struct cupel_broker_output output;
    struct cupel_broker_file file;
    struct cupel_broker_exited exited;

    if (cupel_broker_decode_output(data, size, &output) == 0) {
        require(output.len <= CUPEL_BROKER_CHUNK);
        require_same(data, size, CUPEL_BROKER_OUTPUT,
                     cupel_broker_encode_output(&output, again, sizeof(again)));
    }
    if (cupel_broker_decode_file(data, size, &file) == 0) {
        require(file.index < CUPEL_BROKER_GETS && file.len <= CUPEL_BROKER_CHUNK);
        require_same(data, size, CUPEL_BROKER_FILE,
                     cupel_broker_encode_file(&file, again, sizeof(again)));
    }
    if (cupel_broker_decode_exited(data, size, &exited) == 0) {
        require(exited.status <= 255 && strlen(exited.message) <= CUPEL_BROKER_TEXT_MAX);
        require_same(data, size, CUPEL_BROKER_EXITED,
                     cupel_broker_encode_exited(&exited, again, sizeof(again)));
    }
}

static void try_plain(const uint8_t *data, size_t size, enum cupel_broker_type type)
{
    const char *text;
    const void *bytes;
    size_t len;

    if (cupel_broker_decode_text(type, data, size, &text) == 0)
        require_same(data, size, type,
                     cupel_broker_encode_text(type, text, again, sizeof(again)));
    if (cupel_broker_decode_bytes(type, data, size, &bytes, &len) == 0)
        require_same(data, size, type,
                     cupel_broker_encode_bytes(type, bytes, len, again, sizeof(again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_requests(data, size);
    try_answers(data, size);
    for (enum cupel_broker_type type = CUPEL_BROKER_PUT; type <= CUPEL_BROKER_REFUSED; type++)
        try_plain(data, size, type);
    return 0;
}
