#include <seccomp.h>
#include <stdio.h>

#include "cupel/hash.h"
#include "cupel/policy.h"

void cupel_policy_filter_key(const struct cupel_policy *policy, enum cupel_filter_mode mode,
                             char ret[static CUPEL_SHA256_HEX_SIZE])
{
    const struct scmp_version *library = seccomp_version();
    struct cupel_hash hash;
    char parts[512];

    /* CUPEL_POLICY_DIGEST is of the files of this folder: groups and invariants are in no
     * policy. */
    int n = snprintf(parts, sizeof(parts), "cupel.filter/2 %s %s %u.%u.%u %s %d %d",
                     CUPEL_POLICY_DIGEST, cupel_arch_names[policy->arch], library->major,
                     library->minor, library->micro, policy->sha256, (int)policy->network,
                     (int)mode);
    cupel_hash_init(&hash);
    cupel_hash_update(&hash, parts, (size_t)n);
    cupel_hash_hex(&hash, ret);
}
