/*
 * Every decoder refuses a frame, or fills its structure with what lies within; and since a
 * frame has one form, what is decoded is encoded to the same bytes.
 */
#include <stdint.h>
#include <string.h>

#include "cupel/wire.h"
#include "require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned char again[CUPEL_WIRE_MAX];

static void require_same(const uint8_t *data, size_t size, enum cupel_wire_type type, int len)
{
    enum cupel_wire_type told;

    require_same_bytes(data, size, again, len);
    require(cupel_wire_type(data, size, &told) == 0 && told == type);
}

static void try_setup(const uint8_t *data, size_t size)
{
    static struct cupel_wire_setup setup;

    if (cupel_wire_decode_setup(data, size, &setup) < 0)
        return;
    require(setup.mount_count <= CUPEL_WIRE_MOUNTS && setup.alias_count <= CUPEL_WIRE_ALIASES);
    require_same(data, size, CUPEL_WIRE_SETUP,
                 cupel_wire_encode_setup(&setup, again, sizeof(again)));
}

static void try_run(const uint8_t *data, size_t size)
{
    static struct cupel_wire_run run;

    if (cupel_wire_decode_run(data, size, &run) < 0)
        return;
    require(run.argv[0] != NULL && run.filter != NULL && run.filter_count > 0);
    require(run.rule_count <= CUPEL_WIRE_RULES && run.file_count <= CUPEL_WIRE_FILES &&
            run.filter_count <= CUPEL_WIRE_FILTER &&
            run.notify_filter_count <= CUPEL_WIRE_FILTER);
    require_same(data, size, CUPEL_WIRE_RUN, cupel_wire_encode_run(&run, again, sizeof(again)));
    cupel_wire_run_clear(&run);
}

static void try_answers(const uint8_t *data, size_t size)
{
    struct cupel_wire_ready ready;
    struct cupel_wire_exited exited;
    struct cupel_wire_failed failed;

    if (cupel_wire_decode_ready(data, size, &ready) == 0)
        require_same(data, size, CUPEL_WIRE_READY,
                     cupel_wire_encode_ready(&ready, again, sizeof(again)));
    if (cupel_wire_decode_started(data, size) == 0)
        require_same(data, size, CUPEL_WIRE_STARTED,
                     cupel_wire_encode_started(again, sizeof(again)));
    if (cupel_wire_decode_listener(data, size) == 0)
        require_same(data, size, CUPEL_WIRE_LISTENER,
                     cupel_wire_encode_listener(again, sizeof(again)));
    if (cupel_wire_decode_exited(data, size, &exited) == 0)
        require_same(data, size, CUPEL_WIRE_EXITED,
                     cupel_wire_encode_exited(&exited, again, sizeof(again)));
    if (cupel_wire_decode_failed(data, size, &failed) == 0)
        require_same(data, size, CUPEL_WIRE_FAILED,
                     cupel_wire_encode_failed(&failed, again, sizeof(again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_setup(data, size);
    try_run(data, size);
    try_answers(data, size);
    return 0;
}
