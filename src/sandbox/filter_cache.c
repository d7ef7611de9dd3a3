#include "cupel/filter_cache.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cupel/cache.h"
#include "cupel/cleanup.h"
#include "cupel/hash.h"
#include "cupel/path.h"
#include "cupel/wire.h"

/* A file: the digits of the program's hash, then the program. */
#define DIGITS           (CUPEL_SHA256_HEX_SIZE - 1)
#define INSTRUCTION_SIZE 8
#define FILE_MAX         (DIGITS + (size_t)CUPEL_WIRE_FILTER * INSTRUCTION_SIZE)

static void hash_program(const void *program, size_t len,
                         char ret[static CUPEL_SHA256_HEX_SIZE])
{
    struct cupel_hash hash;

    cupel_hash_init(&hash);
    cupel_hash_update(&hash, program, len);
    cupel_hash_hex(&hash, ret);
}

static int take_program(const char *bytes, size_t len, struct cupel_filter *ret)
{
    struct cupel_filter filter = {.count = (len - DIGITS) / INSTRUCTION_SIZE};

    hash_program(bytes + DIGITS, len - DIGITS, filter.sha256);
    if (memcmp(filter.sha256, bytes, DIGITS) != 0)
        return -EBADMSG;
    filter.instructions = malloc(len - DIGITS);
    if (filter.instructions == NULL)
        return -ENOMEM;
    memcpy(filter.instructions, bytes + DIGITS, len - DIGITS);
    *ret = filter;
    return 0;
}

static int load(int folder_fd, const char *name, struct cupel_filter *ret)
{
    CUPEL_AUTO_FREE char *bytes = NULL;
    size_t len = 0;
    CUPEL_AUTO_FD fd = cupel_cache_open_file(folder_fd, name);

    if (fd < 0)
        return fd;
    int r = cupel_path_read_fd(fd, FILE_MAX, &bytes, &len);
    if (r == 0 && (len <= DIGITS || (len - DIGITS) % INSTRUCTION_SIZE != 0))
        r = -EBADMSG;
    return r < 0 ? r : take_program(bytes, len, ret);
}

static bool write_program(int fd, const struct cupel_filter *filter)
{
    size_t len = filter->count * INSTRUCTION_SIZE;

    return write(fd, filter->sha256, DIGITS) == DIGITS &&
           write(fd, filter->instructions, len) == (ssize_t)len;
}

static void save(int folder_fd, const char *name, const struct cupel_filter *filter)
{
    char temporary[NAME_MAX];
    CUPEL_AUTO_FD fd = cupel_cache_create(folder_fd, name, temporary);

    if (fd >= 0)
        cupel_cache_finish(folder_fd, temporary, name, write_program(fd, filter));
}

/* What src/cell/command.c does under the filter; the clock is a call where the vDSO has none.
 */
static const char *const needed[] = {"execve", "exit_group", "clock_gettime"};

static bool is_allowed(const struct cupel_policy *policy, int number)
{
    CUPEL_AUTO_FREE struct cupel_policy_case *cases = NULL;
    size_t count = 0;

    if (cupel_policy_cases(policy, number, &cases, &count, NULL) < 0)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!cupel_action_allows(cases[i].decision.action))
            return false;
    }
    return true;
}

static bool can_notify(const struct cupel_policy *policy)
{
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        if (!is_allowed(policy, cupel_call_number(policy->arch, needed[i])))
            return false;
    }
    return true;
}

static int compile(const struct cupel_policy *policy, enum cupel_filter_mode mode,
                   struct cupel_filter *ret, struct cupel_error *err)
{
    if (mode != CUPEL_FILTER_NOTIFY || can_notify(policy))
        return cupel_policy_compile(policy, mode, ret, err);
    *ret = (struct cupel_filter){0};
    return 0;
}

int cupel_filter_get(const char *folder, const struct cupel_policy *policy,
                     enum cupel_filter_mode mode, struct cupel_filter *ret,
                     struct cupel_error *err)
{
    char key[CUPEL_SHA256_HEX_SIZE];
    char name[CUPEL_SHA256_HEX_SIZE + sizeof(".bpf")];
    CUPEL_AUTO_FD folder_fd = cupel_cache_open(folder);

    if (folder_fd < 0)
        return compile(policy, mode, ret, err);
    cupel_policy_filter_key(policy, mode, key);
    (void)snprintf(name, sizeof(name), "%s.bpf", key);
    if (load(folder_fd, name, ret) == 0)
        return 0;
    int r = compile(policy, mode, ret, err);
    if (r == 0 && ret->count > 0)
        save(folder_fd, name, ret);
    return r;
}
