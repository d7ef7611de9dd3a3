#include "cupel/broker.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every decoder must refuse, or fill its structure with what lies within the frame. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cupel_broker_put put;
    struct cupel_broker_call call = {0};
    struct cupel_broker_output output;
    struct cupel_broker_file file;
    struct cupel_broker_exited exited;
    const char *text;
    const void *bytes;
    size_t len;

    (void)!cupel_broker_decode_put(data, size, &put);
    (void)!cupel_broker_decode_output(data, size, &output);
    (void)!cupel_broker_decode_file(data, size, &file);
    (void)!cupel_broker_decode_exited(data, size, &exited);
    for (enum cupel_broker_type type = CUPEL_BROKER_PUT; type <= CUPEL_BROKER_REFUSED; type++) {
        (void)!cupel_broker_decode_text(type, data, size, &text);
        (void)!cupel_broker_decode_bytes(type, data, size, &bytes, &len);
    }
    if (cupel_broker_decode_call(data, size, &call) == 0)
        cupel_broker_call_clear(&call);
    return 0;
}
