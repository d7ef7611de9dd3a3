/*
 * The table of what is permitted when: whatever frames come, a channel that is not broken has
 * had each of them in its turn. A frame is two bytes: its type, and its number of descriptors.
 */
#include <stdint.h>

#include "cupel/wire.h"
#include "require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* How often a type has come. */
struct seen {
    size_t setups;
    size_t readies;
    size_t runs;
    size_t starts; /* of the last run */
    size_t listeners;
    size_t ends; /* of all runs */
};

static void note(struct seen *seen, enum cupel_wire_type type)
{
    switch (type) {
    case CUPEL_WIRE_SETUP:
        seen->setups++;
        break;
    case CUPEL_WIRE_READY:
        seen->readies++;
        break;
    case CUPEL_WIRE_RUN:
        seen->runs++;
        seen->starts = 0;
        seen->listeners = 0;
        break;
    case CUPEL_WIRE_STARTED:
        seen->starts++;
        break;
    case CUPEL_WIRE_LISTENER:
        seen->listeners++;
        break;
    case CUPEL_WIRE_EXITED:
        require(seen->starts == 1);
        seen->ends++;
        break;
    case CUPEL_WIRE_FAILED:
        seen->ends += seen->readies;
        break;
    }
}

static void check(const struct seen *seen, enum cupel_wire_state state)
{
    require(seen->setups <= 1 && seen->readies <= seen->setups);
    require(seen->starts <= 1 && seen->listeners <= seen->starts);
    require(seen->runs == 0 || seen->readies == 1);
    switch (state) {
    case CUPEL_WIRE_NEW:
        require(seen->setups == 0);
        break;
    case CUPEL_WIRE_WAITING:
    case CUPEL_WIRE_BROKEN:
        require(seen->setups == 1 && seen->readies == 0);
        break;
    case CUPEL_WIRE_IDLE:
        require(seen->readies == 1 && seen->runs == seen->ends);
        break;
    case CUPEL_WIRE_ASKED:
        require(seen->starts == 0 && seen->runs == seen->ends + 1);
        break;
    case CUPEL_WIRE_RUNNING:
        require(seen->starts == 1 && seen->listeners == 0 && seen->runs == seen->ends + 1);
        break;
    case CUPEL_WIRE_LISTENING:
        require(seen->listeners == 1 && seen->runs == seen->ends + 1);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum cupel_wire_state state = CUPEL_WIRE_NEW;
    struct seen seen = {0};

    for (; size >= 2; data += 2, size -= 2) {
        enum cupel_wire_type type = (enum cupel_wire_type)(data[0] % (CUPEL_WIRE_FAILED + 2));
        enum cupel_wire_state next = state;
        if (cupel_wire_next(state, type, data[1], &next) < 0) {
            require(next == state);
            continue;
        }
        require(type >= CUPEL_WIRE_SETUP && type <= CUPEL_WIRE_FAILED);
        require(state != CUPEL_WIRE_BROKEN);
        note(&seen, type);
        check(&seen, next);
        state = next;
    }
    return 0;
}
