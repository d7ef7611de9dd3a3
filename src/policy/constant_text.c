#include "policy/constant_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "policy/condition.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PREFIXES     6

/* How the constants of an argument begin. */
struct family {
    const char *call;
    size_t argument;
    bool flags; /* several of them are joined by '|' */
    const char *prefixes[PREFIXES];
};

static const struct family families[] = {
    {"clone", 0, true, {"CLONE_"}},
    {"fcntl", 1, false, {"F_"}},
    {"getpriority", 0, false, {"PRIO_"}},
    {"ioctl", 1, false, {"TC", "TIOC", "FI", "FS_", "BLK", "SIOC"}},
    {"mmap", 2, true, {"PROT_"}},
    {"mmap", 3, true, {"MAP_"}},
    {"mprotect", 2, true, {"PROT_"}},
    {"open", 1, true, {"O_"}},
    {"openat", 2, true, {"O_"}},
    {"personality", 0, false, {"PER_", "ADDR_"}},
    {"pipe2", 1, true, {"O_"}},
    {"prctl", 0, false, {"PR_"}},
    {"setpriority", 0, false, {"PRIO_"}},
    {"socket", 0, false, {"AF_"}},
    {"socket", 1, true, {"SOCK_"}},
    {"socketpair", 0, false, {"AF_"}},
    {"socketpair", 1, true, {"SOCK_"}},
};

static const struct family *find_family(const char *call, size_t argument)
{
    for (size_t i = 0; i < COUNT(families); i++) {
        if (families[i].argument == argument && strcmp(families[i].call, call) == 0)
            return &families[i];
    }
    return NULL;
}

static bool belongs(const struct family *family, const char *name)
{
    for (size_t i = 0; i < PREFIXES && family->prefixes[i] != NULL; i++) {
        if (strncmp(name, family->prefixes[i], strlen(family->prefixes[i])) == 0)
            return true;
    }
    return false;
}

/* NULL if no constant of the family has this value. */
static const char *find_exact(const struct family *family, enum cupel_arch arch, uint64_t value)
{
    uint64_t known;
    const char *name;

    for (size_t i = 0; (name = cupel_constant_at(i, arch, &known)) != NULL; i++) {
        if (known == value && belongs(family, name))
            return name;
    }
    return NULL;
}

/* A, and each single bit after it; false if there is a bit without a name. */
static bool join_bits(const struct family *family, enum cupel_arch arch, uint64_t value,
                      char ret[static CUPEL_CONSTANT_TEXT_SIZE])
{
    size_t len = 0;

    for (uint64_t bit = 1; bit != 0; bit <<= 1) {
        if ((value & bit) == 0)
            continue;
        const char *name = find_exact(family, arch, bit);
        if (name == NULL || len + strlen(name) + 4 > CUPEL_CONSTANT_TEXT_SIZE)
            return false;
        len += (size_t)snprintf(ret + len, CUPEL_CONSTANT_TEXT_SIZE - len, "%s%s",
                                len > 0 ? " | " : "", name);
    }
    return len > 0;
}

const char *cupel_constant_text(const char *call, size_t argument, enum cupel_arch arch,
                                uint64_t value, char ret[static CUPEL_CONSTANT_TEXT_SIZE])
{
    const struct family *family = find_family(call, argument);
    const char *name = family != NULL ? find_exact(family, arch, value) : NULL;

    if (name != NULL)
        (void)snprintf(ret, CUPEL_CONSTANT_TEXT_SIZE, "%s", name);
    else if (family == NULL || !family->flags || !join_bits(family, arch, value, ret))
        (void)snprintf(ret, CUPEL_CONSTANT_TEXT_SIZE, value < 256 ? "%ju" : "0x%jx",
                       (uintmax_t)value);
    return ret;
}
