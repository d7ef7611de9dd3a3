/*
 * Seccomp profiles of containers in JSON, as the OCI runtime specification has them
 * (config-linux.md, "Seccomp") and as engines ship them (with `archMap`, `includes` and
 * `excludes`). Pure but for reading the file.
 *
 * A profile is read as what it comes to for a process without capabilities on the newest
 * kernel: rules that a capability includes are left out, those that one excludes are in, and
 * every `minKernel` is reached. As libseccomp has it, a rule without arguments comes before
 * those with them, and the first of these before others; which of two overlapping rules with
 * arguments decides it leaves open, and here it is the one that allows. Rules that do what the
 * default does are no rules. Conditions on one argument, given more than once, are alternatives
 * (runc and crun take them so). SCMP_ACT_TRAP is read as kill, SCMP_ACT_TRACE as ENOSYS, which
 * is what it comes to without a tracer. Arguments of 32 bits are compared as the kernel sees
 * them.
 */
#ifndef CUPEL_POLICY_OCI_H
#define CUPEL_POLICY_OCI_H

#include "cupel/policy.h"

struct cupel_oci;

/* Whether the file is such a profile: a JSON object with "defaultAction". */
bool cupel_oci_is_profile(const char *path);

/* Of a document, which the profile keeps. Returns 0 and sets *ret (cupel_oci_free()); -EINVAL
 * if diagnostics were added to the document's; -ENOMEM. */
CUPEL_MUST_CHECK int cupel_oci_make(struct cupel_document *document, enum cupel_arch arch,
                                    struct cupel_oci **ret, struct cupel_error *err);

/* Returns 0 and sets *ret (cupel_oci_free()); -EINVAL if diagnostics were added, which the
 * profile borrows until it is freed; -errno of reading, in err. */
CUPEL_MUST_CHECK int cupel_oci_load(const char *path, enum cupel_arch arch,
                                    struct cupel_diagnostics *diagnostics,
                                    struct cupel_oci **ret, struct cupel_error *err);
void cupel_oci_free(struct cupel_oci *oci);

/* As cupel_policy_cases(); origin.policy is NULL, why the rule's comment. */
CUPEL_MUST_CHECK int cupel_oci_cases(const struct cupel_oci *oci, int number,
                                     struct cupel_policy_case **ret, size_t *ret_count,
                                     struct cupel_error *err);

/* Other architectures whose calls the profile lets in, "SCMP_ARCH_X86, SCMP_ARCH_X32"; "" if
 * there are none. */
const char *cupel_oci_foreign(const struct cupel_oci *oci);

/* The policy as a profile that crun and runc take, and that means the same. The caller frees.
 */
CUPEL_MUST_CHECK int cupel_oci_export(const struct cupel_policy *policy, char **ret,
                                      struct cupel_error *err);

#endif
