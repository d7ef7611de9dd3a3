#include "policies.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/audit.h>

#include <cmocka.h>

#include "cupel/cleanup.h"
#include "policy/merge.h"

#define MAX_POLICIES 32
#define MAX_SIZE     (1024 * 1024UL)
#define SUFFIX       ".json"

static void report(const struct cupel_diagnostics *diagnostics, const struct cupel_error *err)
{
    for (size_t i = 0; i < diagnostics->count; i++)
        print_error("%s:%u: %s\n", diagnostics->items[i].file, diagnostics->items[i].line,
                    diagnostics->items[i].text);
    fail_msg("%s", err->text);
}

static int is_policy(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return dot != NULL && strcmp(dot, SUFFIX) == 0;
}

const char *const *shipped_policies(void)
{
    static char names[MAX_POLICIES][64];
    static const char *pointers[MAX_POLICIES + 1];
    struct dirent **entries = NULL;

    int count = scandir(CUPEL_POLICIES, &entries, is_policy, alphasort);
    assert_in_range(count, 1, MAX_POLICIES);
    for (int i = 0; i < count; i++) {
        size_t len = strlen(entries[i]->d_name) - strlen(SUFFIX);
        (void)snprintf(names[i], sizeof(names[i]), "%.*s", (int)len, entries[i]->d_name);
        pointers[i] = names[i];
        free(entries[i]);
    }
    free(entries);
    return pointers;
}

struct cupel_policy *load_shipped(const char *name, enum cupel_arch arch)
{
    struct cupel_diagnostics diagnostics = {0};
    struct cupel_policy *policy = NULL;
    struct cupel_error err = {0};

    if (cupel_policy_load(CUPEL_POLICIES, name, arch, &diagnostics, &policy, &err) < 0)
        report(&diagnostics, &err);
    cupel_diagnostics_clear(&diagnostics);
    return policy;
}

struct cupel_policy *load_rules(const char *network, const char *rules, enum cupel_arch arch)
{
    struct cupel_policy_source sources[2] = {{.name = (char[]){"base"}},
                                             {.name = (char[]){"test"}}};
    struct cupel_diagnostics diagnostics = {0};
    struct cupel_policy *policy = NULL;
    struct cupel_error err = {0};
    CUPEL_AUTO_FREE char *text = NULL;

    int len = asprintf(&text,
                       "{\"schema\": \"cupel.policy/1\", \"name\": \"test\", \"why\": \"test\","
                       "\"network\": \"%s\", \"syscalls\": {\"rules\": [%s]}}",
                       network, rules);
    assert_true(len > 0);
    CUPEL_AUTO_FD folder = open(CUPEL_POLICIES, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
    if (cupel_document_load(folder, "base.json", "base.json", MAX_SIZE, &diagnostics,
                            &sources[0].document, &err) < 0 ||
        cupel_document_parse(text, (size_t)len, "test.json", &diagnostics, &sources[1].document,
                             &err) < 0 ||
        cupel_policy_merge(sources, 2, arch, &policy, &err) < 0)
        report(&diagnostics, &err);
    cupel_document_free(sources[0].document);
    cupel_document_free(sources[1].document);
    cupel_diagnostics_clear(&diagnostics);
    return policy;
}

int merge_texts(const char *root, const char *child, enum cupel_arch arch,
                struct cupel_policy **ret)
{
    struct cupel_policy_source sources[2] = {{.name = (char[]){"root"}},
                                             {.name = (char[]){"child"}}};
    struct cupel_diagnostics diagnostics = {0};
    struct cupel_error err = {0};

    int r = cupel_document_parse(root, strlen(root), "root.json", &diagnostics,
                                 &sources[0].document, &err);
    if (r == 0 && child != NULL)
        r = cupel_document_parse(child, strlen(child), "child.json", &diagnostics,
                                 &sources[1].document, &err);
    if (r < 0)
        report(&diagnostics, &err); /* of a mistake in a test */
    r = cupel_policy_merge(sources, child == NULL ? 1 : 2, arch, ret, &err);
    cupel_document_free(sources[0].document);
    cupel_document_free(sources[1].document);
    cupel_diagnostics_clear(&diagnostics);
    return r;
}

struct cupel_filter compile_policy(const struct cupel_policy *policy,
                                   enum cupel_filter_mode mode)
{
    struct cupel_filter filter = {0};
    struct cupel_error err = {0};

    if (cupel_policy_compile(policy, mode, &filter, &err) < 0)
        fail_msg("%s: %s", policy->name, err.text);
    return filter;
}

uint32_t ask_filter(const struct cupel_filter *filter, enum cupel_arch arch, int number,
                    const uint64_t args[static CUPEL_ARGUMENTS])
{
    struct seccomp_data data = {.arch = audit_arch(arch), .nr = number};

    memcpy(data.args, args, sizeof(data.args));
    return bpf_run(filter, &data, NULL);
}

uint32_t audit_arch(enum cupel_arch arch)
{
    return arch == CUPEL_ARCH_X86_64 ? AUDIT_ARCH_X86_64 : AUDIT_ARCH_AARCH64;
}
