#include <stdlib.h>

#include "policy/answers.h"
#include "policy/oci.h"

#define MAX_SIZE   8192
#define MAX_NUMBER 470

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Against a profile that allows all, what is not allowed is a change; and every change is told
 * in words. */
static void compare(const struct cupel_oci *oci, enum cupel_arch arch, int number)
{
    static const struct cupel_policy_case allowed = {
        .decision = {.action = {.kind = CUPEL_ACTION_ALLOW}}};
    struct cupel_policy_case *cases = NULL;
    struct cupel_changes changes = {0};
    char name[CUPEL_CALL_NAME_SIZE];
    size_t count = 0;
    bool denied = false;

    if (cupel_oci_cases(oci, number, &cases, &count, NULL) < 0)
        return;
    (void)cupel_call_name(arch, number, name);
    if (cupel_changes_find(name, arch, &allowed, 1, cases, count, &changes) < 0)
        abort();
    for (size_t i = 0; i < count; i++)
        denied = denied || cases[i].decision.action.kind != CUPEL_ACTION_ALLOW;
    if (denied != (changes.count > 0))
        abort();
    cupel_changes_clear(&changes);
    free(cases);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cupel_diagnostics diagnostics = {0};
    struct cupel_document *document = NULL;

    if (size <= MAX_SIZE && cupel_document_parse((const char *)data, size, "fuzz", &diagnostics,
                                                 &document, NULL) == 0) {
        for (enum cupel_arch arch = 0; arch < CUPEL_ARCH_COUNT; arch++) {
            struct cupel_oci *oci = NULL;
            if (cupel_oci_make(document, arch, &oci, NULL) < 0)
                continue;
            for (int number = 0; number < MAX_NUMBER; number += 7)
                compare(oci, arch, number);
            compare(oci, arch, cupel_call_number(arch, "socket"));
            compare(oci, arch, cupel_call_number(arch, "clone"));
            cupel_oci_free(oci);
        }
    }
    cupel_document_free(document);
    cupel_diagnostics_clear(&diagnostics);
    return 0;
}
