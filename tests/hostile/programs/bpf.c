/*
 * Technique: make a map of bpf
 * Family: escape
 * Layers: seccomp, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    union bpf_attr map = {
        .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};

    return hostile_end(syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof(map)));
}
