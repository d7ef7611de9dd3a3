#include "scope/sd_bus.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#define LIBRARY "libsystemd.so.0"

#define FUNCTION(name)                                                                         \
    {                                                                                          \
        "sd_bus_" #name, offsetof(struct sd_bus_library, name)                                 \
    }

static const struct {
    const char *symbol;
    size_t offset;
} functions[] = {
    FUNCTION(new),
    FUNCTION(set_fd),
    FUNCTION(set_bus_client),
    FUNCTION(start),
    FUNCTION(is_ready),
    FUNCTION(process),
    FUNCTION(wait),
    FUNCTION(close_unref),
    FUNCTION(match_signal_async),
    FUNCTION(call),
    FUNCTION(message_new_method_call),
    FUNCTION(message_appendv),
    FUNCTION(message_read),
    FUNCTION(message_unref),
    FUNCTION(error_free),
};

_Static_assert(sizeof(functions) / sizeof(functions[0]) ==
                   sizeof(struct sd_bus_library) / sizeof(void (*)(void)),
               "every function of the library is looked up");

int sd_bus_library_load(struct sd_bus_library *ret, struct cupel_error *err)
{
    struct sd_bus_library library;
    void *handle = dlopen(LIBRARY, RTLD_LAZY | RTLD_LOCAL);

    if (handle == NULL)
        return cupel_fail(err, -ENOENT, LIBRARY " cannot be loaded: %s", dlerror());
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        void *symbol = dlsym(handle, functions[i].symbol);
        if (symbol == NULL) {
            (void)dlclose(handle);
            return cupel_fail(err, -ENOENT, LIBRARY " has no function %s", functions[i].symbol);
        }
        /* ISO C knows no conversion from an object's address to a function's. */
        memcpy((char *)&library + functions[i].offset, &symbol, sizeof(symbol));
    }
    *ret = library;
    return 0;
}
