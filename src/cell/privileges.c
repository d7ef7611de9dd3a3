#include <errno.h>
#include <linux/securebits.h>
#include <stddef.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include "cell/cell.h"
#include "cell/layers.h"

#define SECUREBITS                                                                             \
    (SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |                           \
     SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE |   \
     SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED)

int cell_privileges_limit(struct cupel_error *err)
{
    if (cell_layer_is_off(CELL_LAYER_CAPABILITIES))
        return 0;
    for (cap_value_t cap = 0; cap < cap_max_bits(); cap++) {
        if (cap_drop_bound(cap) < 0)
            return cupel_fail_errno(err, "drop capability %d from the bounding set", cap);
    }
    if (cap_reset_ambient() < 0)
        return cupel_fail_errno(err, "empty the ambient set");
    if (cap_set_secbits(SECUREBITS) < 0)
        return cupel_fail_errno(err, "lock the securebits");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return cupel_fail_errno(err, "prctl PR_SET_NO_NEW_PRIVS");
    return 0;
}

int cell_privileges_drop(struct cupel_error *err)
{
    if (cell_layer_is_off(CELL_LAYER_CAPABILITIES))
        return cell_layers_keep_capabilities(err);
    cap_t none = cap_init();

    if (none == NULL)
        return cupel_fail_errno(err, "cap_init");
    int r = cap_set_proc(none) < 0 ? cupel_fail_errno(err, "drop all capabilities") : 0;
    (void)cap_free(none);
    return r;
}
