#include <stdlib.h>
#include <string.h>

#include "cupel/path.h"
#include "grader/broker_call.h"
#include "require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Frames follow each other: two bytes of length, and so many bytes. What a call holds of them
 * stays within its bounds, and is all given back. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct cupel_broker broker;
    struct broker_call *call = calloc(1, sizeof(*call));
    struct cupel_error err = {0};
    enum cupel_broker_type type;

    if (call == NULL)
        return 0;
    call->broker = &broker;
    while (size >= 2 && call->state != CUPEL_BROKER_FEEDING) {
        size_t len = (size_t)data[0] << 8 | data[1];
        data += 2;
        size -= 2;
        len = len < size ? len : size;
        memcpy(broker.frame, data, len);
        data += len;
        size -= len;
        if (cupel_broker_type(broker.frame, len, &type) < 0 ||
            cupel_broker_next(call->state, type, &call->state) < 0 ||
            broker_take_frame(call, type, len, &err) < 0)
            break;
    }
    require(call->held == broker.held && call->held <= CUPEL_BROKER_FILES_BYTES);
    for (size_t i = 0; i < call->put_count; i++)
        require(strncmp(call->puts[i].path, "/box/", 5) == 0 ||
                strncmp(call->puts[i].path, "/tmp/", 5) == 0);
    for (size_t i = 0; i < call->get_count; i++) {
        require(call->gets[i].path[0] != '/' && cupel_path_is_plain(call->gets[i].path));
        free(call->gets[i].path);
    }
    broker_forget_request(call);
    require(broker.held == 0);
    free(call);
    return 0;
}
