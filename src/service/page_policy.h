/* What the pages of policies share. */
#ifndef CUPEL_SERVICE_PAGE_POLICY_H
#define CUPEL_SERVICE_PAGE_POLICY_H

#include "cupel/policy.h"

/* As cupel_policy_names(), but that a folder which is missing is a fault of ours: -EIO. */
CUPEL_MUST_CHECK int page_list_policies(const char *folder, char ***ret,
                                        struct cupel_error *err);

/* One that the folder has, for this machine. ret: cupel_policy_free(). -EIO if it is not valid;
 * else as cupel_policy_load(). */
CUPEL_MUST_CHECK int page_load_policy(const char *folder, const char *name,
                                      struct cupel_policy **ret, struct cupel_error *err);

#endif
