#include <errno.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cell/cell.h"
#include "cell/layers.h"

#define SECUREBITS                                                                             \
    (SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |                           \
     SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE |   \
     SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED)

/* The kernel tells of the first number behind those that it knows; all kernels that cupel runs
 * on know those of Linux 5.9. */
static int empty_bounding_set(struct cupel_error *err)
{
    unsigned long cap = 0;

    while (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0)
        cap++;
    if (errno != EINVAL || cap <= CAP_CHECKPOINT_RESTORE)
        return cupel_fail_errno(err, "drop capability %lu from the bounding set", cap);
    return 0;
}

int cell_privileges_limit(struct cupel_error *err)
{
    if (cell_layer_is_off(CELL_LAYER_CAPABILITIES))
        return 0;
    int r = empty_bounding_set(err);
    if (r < 0)
        return r;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
        return cupel_fail_errno(err, "empty the ambient set");
    if (prctl(PR_SET_SECUREBITS, SECUREBITS, 0, 0, 0) < 0)
        return cupel_fail_errno(err, "lock the securebits");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return cupel_fail_errno(err, "prctl PR_SET_NO_NEW_PRIVS");
    return 0;
}

int cell_privileges_drop(struct cupel_error *err)
{
    if (cell_layer_is_off(CELL_LAYER_CAPABILITIES))
        return cell_layers_keep_capabilities(err);
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    static const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3];

    if (syscall(SYS_capset, &header, none) < 0)
        return cupel_fail_errno(err, "drop all capabilities");
    return 0;
}
