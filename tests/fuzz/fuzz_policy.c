#include <stdlib.h>
#include <string.h>

#include "policy/merge.h"

#define MAX_SIZE   8192
#define MAX_NUMBER 470

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is decided has to be the case that it is in, and a compiled filter must not be empty. */
static void ask(const struct cupel_policy *policy, int number)
{
    static const uint64_t args[CUPEL_ARGUMENTS] = {0};
    struct cupel_policy_case *cases = NULL;
    struct cupel_decision decision;
    size_t count = 0;

    if (cupel_policy_cases(policy, number, &cases, &count, NULL) < 0)
        return;
    if (count == 0 || cupel_policy_decide(policy, number, args, &decision, NULL) < 0)
        abort();
    for (size_t i = 0; i < count; i++) {
        bool holds = true;
        for (size_t a = 0; a < CUPEL_ARGUMENTS; a++)
            holds = holds && cases[i].cube.value[a] == 0;
        if (holds && cases[i].decision.action.kind != decision.action.kind)
            abort();
    }
    free(cases);
}

static void use(const struct cupel_policy *policy)
{
    for (enum cupel_filter_mode mode = CUPEL_FILTER_ENFORCE; mode <= CUPEL_FILTER_NOTIFY;
         mode++) {
        struct cupel_filter filter = {0};
        if (cupel_policy_compile(policy, mode, &filter, NULL) < 0)
            continue;
        if (filter.count == 0)
            abort();
        cupel_filter_clear(&filter);
    }
    for (int number = -1; number <= MAX_NUMBER; number += 13)
        ask(policy, number);
    ask(policy, cupel_call_number(policy->arch, "prctl"));
    ask(policy, cupel_call_number(policy->arch, "ioctl"));
}

/* The input as a policy of its own, and as a child of itself, on each architecture. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cupel_diagnostics diagnostics = {.remarks = true};
    struct cupel_document *document = NULL;

    if (size <= MAX_SIZE && cupel_document_parse((const char *)data, size, "fuzz", &diagnostics,
                                                 &document, NULL) == 0) {
        struct cupel_policy_source source = {.document = document, .name = (char[]){"fuzz"}};
        struct cupel_policy_source sources[] = {source, source};
        for (int i = 0; i < 2 * CUPEL_ARCH_COUNT; i++) {
            struct cupel_policy *policy = NULL;
            if (cupel_policy_merge(sources, 1 + (size_t)i % 2, (enum cupel_arch)(i / 2),
                                   &policy, NULL) < 0)
                continue;
            use(policy);
            cupel_policy_free(policy);
        }
    }
    cupel_document_free(document);
    cupel_diagnostics_clear(&diagnostics);
    return 0;
}
