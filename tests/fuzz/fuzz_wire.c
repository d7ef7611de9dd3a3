#include "cupel/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every decoder must refuse, or fill its structure with strings that end within the frame. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cupel_wire_setup setup;
    struct cupel_wire_run run;
    struct cupel_wire_ready ready;
    struct cupel_wire_exited exited;
    struct cupel_wire_failed failed;

    (void)!cupel_wire_decode_setup(data, size, &setup);
    (void)!cupel_wire_decode_ready(data, size, &ready);
    (void)!cupel_wire_decode_started(data, size);
    (void)!cupel_wire_decode_listener(data, size);
    (void)!cupel_wire_decode_exited(data, size, &exited);
    (void)!cupel_wire_decode_failed(data, size, &failed);
    if (cupel_wire_decode_run(data, size, &run) == 0)
        cupel_wire_run_clear(&run);
    return 0;
}
