#include <string.h>

#include "policy/merge.h"

#define MAX_SIZE 8192

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input as a policy of its own, and as a child of itself. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cupel_diagnostics diagnostics = {0};
    struct cupel_document *document = NULL;

    if (size <= MAX_SIZE && cupel_document_parse((const char *)data, size, "fuzz", &diagnostics,
                                                 &document, NULL) == 0) {
        struct cupel_policy_source source = {.document = document, .name = (char[]){"fuzz"}};
        struct cupel_policy_source sources[] = {source, source};
        for (size_t count = 1; count <= 2; count++) {
            struct cupel_policy *policy = NULL;
            struct cupel_filter filter = {0};
            if (cupel_policy_merge(sources, count, cupel_arch_native(), &policy, NULL) < 0)
                continue;
            if (cupel_policy_compile(policy, CUPEL_FILTER_ENFORCE, &filter, NULL) == 0)
                cupel_filter_clear(&filter);
            cupel_policy_free(policy);
        }
    }
    cupel_document_free(document);
    cupel_diagnostics_clear(&diagnostics);
    return 0;
}
