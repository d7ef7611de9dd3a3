/* Prints how many bytes the library takes "1.5 KiB" for. */
#include <cupel/units.h>
#include <inttypes.h>
#include <stdio.h>

int main(void)
{
    struct cupel_error err = {0};
    uint64_t bytes = 0;

    if (cupel_units_parse_bytes("1.5 KiB", &bytes, &err) < 0)
        return 1;
    return printf("%" PRIu64 "\n", bytes) > 0 ? 0 : 1;
}
