#include "policy/widening.h"

bool cupel_widening_check(const struct cupel_widening *widening,
                          const struct cupel_field *field, const char *what)
{
    if (!widening->is_root && widening->has_why)
        cupel_field_remark(field, CUPEL_SEVERITY_NOTE, "%s", what);
    if (widening->is_root || widening->has_why)
        return true;
    return cupel_field_fail(field, "%s, for which the policy has to say \"why\" at its top",
                            what);
}
