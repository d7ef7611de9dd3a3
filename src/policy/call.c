#include "cupel/call.h"

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cupel/cleanup.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#if defined(__x86_64__)
#define NATIVE CUPEL_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE CUPEL_ARCH_AARCH64
#endif /* for others there are no policies */

const char *const cupel_arch_names[] = {[CUPEL_ARCH_X86_64] = "x86_64",
                                        [CUPEL_ARCH_AARCH64] = "aarch64",
                                        [CUPEL_ARCH_COUNT] = NULL};

static const uint32_t libseccomp_archs[] = {
    [CUPEL_ARCH_X86_64] = SCMP_ARCH_X86_64, [CUPEL_ARCH_AARCH64] = SCMP_ARCH_AARCH64};

/* Calls up to Linux 6.18 that libseccomp 2.5.4 does not know. From 424 on, all architectures
 * have the same numbers. Source: scripts/syscall.tbl, arch/x86/entry/syscalls/syscall_64.tbl.
 */
static const struct {
    const char *name;
    int number;
    bool x86_64_only;
} newer[] = {
    {"uretprobe", 335, true},          {"uprobe", 336, true},
    {"cachestat", 451, false},         {"fchmodat2", 452, false},
    {"map_shadow_stack", 453, false},  {"futex_wake", 454, false},
    {"futex_wait", 455, false},        {"futex_requeue", 456, false},
    {"statmount", 457, false},         {"listmount", 458, false},
    {"lsm_get_self_attr", 459, false}, {"lsm_set_self_attr", 460, false},
    {"lsm_list_modules", 461, false},  {"mseal", 462, false},
    {"setxattrat", 463, false},        {"getxattrat", 464, false},
    {"listxattrat", 465, false},       {"removexattrat", 466, false},
    {"open_tree_attr", 467, false},    {"file_getattr", 468, false},
    {"file_setattr", 469, false},
};

enum cupel_arch cupel_arch_native(void)
{
    return NATIVE;
}

int cupel_call_number(enum cupel_arch arch, const char *name)
{
    int number = seccomp_syscall_resolve_name_arch(libseccomp_archs[arch], name);

    if (number != __NR_SCMP_ERROR)
        return number < 0 ? -ENOSYS : number;
    for (size_t i = 0; i < COUNT(newer); i++) {
        if (strcmp(newer[i].name, name) == 0)
            return newer[i].x86_64_only && arch != CUPEL_ARCH_X86_64 ? -ENOSYS
                                                                     : newer[i].number;
    }
    return -ENOENT;
}

bool cupel_call_name(enum cupel_arch arch, int number, char ret[static CUPEL_CALL_NAME_SIZE])
{
    const char *name = NULL;

    ret[0] = '\0';
    for (size_t i = 0; i < COUNT(newer) && name == NULL; i++) {
        if (newer[i].number == number && (!newer[i].x86_64_only || arch == CUPEL_ARCH_X86_64))
            name = newer[i].name;
    }
    CUPEL_AUTO_FREE char *known =
        name == NULL && number >= 0
            ? seccomp_syscall_resolve_num_arch(libseccomp_archs[arch], number)
            : NULL;
    if (name == NULL)
        name = known;
    if (name == NULL)
        return false;
    (void)snprintf(ret, CUPEL_CALL_NAME_SIZE, "%s", name);
    return true;
}
