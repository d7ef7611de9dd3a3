/*
 * Technique: take a capability
 * Family: escape
 * Layers: capabilities
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};

    data[0].permitted = data[0].effective = 1U << CAP_SYS_ADMIN;
    return hostile_end(syscall(SYS_capset, &header, data));
}
