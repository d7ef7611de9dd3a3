/*
 * cupel policy learn: run a command and propose the policy that it needs.
 *
 * The command runs under the filter that notifies of policy strict: whatever strict denies is
 * told to us, recorded, and made, unless an invariant forbids it to every policy; see
 * src/sandbox/denied.c. What strict allows is allowed by every policy that is proposed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/policy_learn.h"
#include "cli/policy_propose.h"
#include "cupel/cleanup.h"
#include "cupel/filters.h"
#include "cupel/render.h"
#include "cupel/score.h"

#define RECORDED_UNDER "strict"
#define SETTINGS       "judge" /* the widest without a network */
#define NAME           "learned"

/* Kept until the end, whether it may be extended or not. */
static int load(struct policy_learning *learning, const char *name, struct cupel_policy **ret)
{
    if (learning->policy_count == CANDIDATES_MAX) {
        (void)cupel_cli_fail(learning->request.command, CUPEL_EXIT_PLATFORM,
                             "more than %d policies", CANDIDATES_MAX);
        return CUPEL_EXIT_PLATFORM;
    }
    int code = policy_load(&learning->request, name, ret);
    if (code == CUPEL_EXIT_OK)
        learning->policies[learning->policy_count++] = *ret;
    return code;
}

/* With other sockets, or with less than strict has, it would be another matter. */
static void consider(struct policy_learning *learning, const struct cupel_policy *policy)
{
    struct record *record = &learning->record;

    if (policy->network == learning->strict->network && record_covers(policy, learning->strict))
        record->candidates[record->candidate_count++] = policy;
}

static int load_candidates(struct policy_learning *learning)
{
    char **names = policy_names(&learning->request);
    int code = names == NULL ? CUPEL_EXIT_PLATFORM : CUPEL_EXIT_OK;

    for (size_t i = 0; code == CUPEL_EXIT_OK && names[i] != NULL; i++) {
        struct cupel_policy *policy = NULL;
        code = load(learning, names[i], &policy);
        if (code == CUPEL_EXIT_OK)
            consider(learning, policy);
    }
    cupel_strings_free(names);
    return code;
}

static int load_extended(struct policy_learning *learning)
{
    struct cupel_policy *policy = NULL;

    int code = load(learning, learning->extended, &policy);
    if (code != CUPEL_EXIT_OK)
        return code;
    learning->strict->network = policy->network;
    consider(learning, policy);
    if (learning->record.candidate_count == 0)
        return cupel_cli_usage(learning->request.command,
                               "policy %s denies what %s allows, which is not recorded",
                               learning->extended, RECORDED_UNDER);
    return CUPEL_EXIT_OK;
}

static int prepare(struct policy_learning *learning)
{
    struct cupel_error err = {0};

    int code = policy_load(&learning->request, RECORDED_UNDER, &learning->strict);
    if (code == CUPEL_EXIT_OK)
        code = learning->extended != NULL ? load_extended(learning) : load_candidates(learning);
    if (code != CUPEL_EXIT_OK)
        return code;
    learning->record.strict = learning->strict;
    if (cupel_filter_get(NULL, learning->strict, CUPEL_FILTER_NOTIFY, &learning->filter, &err) <
        0)
        return cupel_cli_fail(learning->request.command, CUPEL_EXIT_PLATFORM, "%s", err.text);
    return CUPEL_EXIT_OK;
}

static int run(struct policy_learning *learning, struct cupel_outcome *ret)
{
    const int fds[3] = {0, learning->request.output != NULL ? 1 : 2, 2};

    learning->boxed.policy = learning->extended != NULL ? learning->extended : SETTINGS;
    learning->boxed.notify_filter = &learning->filter;
    learning->boxed.learn = record_call;
    learning->boxed.learner = &learning->record;
    int code = boxed_run(learning->request.command, &learning->boxed, fds, NULL, ret);
    if (code != 0)
        return code < 0 ? CUPEL_EXIT_PLATFORM : code;
    if (ret->status == CUPEL_RUN_SANDBOX_ERROR)
        return cupel_cli_fail(learning->request.command, CUPEL_EXIT_PLATFORM, "%s", ret->error);
    if (ret->exec_errno != 0)
        return cupel_cli_fail(learning->request.command, CUPEL_EXIT_USAGE, "%s: %s",
                              learning->boxed.argv[0], strerrordesc_np(ret->exec_errno));
    if (!ret->knows_denied)
        return cupel_cli_fail(learning->request.command, CUPEL_EXIT_CANNOT_ENFORCE,
                              "this host does not tell of denied calls: another sandbox "
                              "listens already, or the kernel is older than 5.0");
    if (learning->record.failure < 0)
        return cupel_cli_fail(learning->request.command, CUPEL_EXIT_PLATFORM, "%s",
                              strerrordesc_np(-learning->record.failure));
    return CUPEL_EXIT_OK;
}

/* What staff should know before they trust the proposal. */
static void tell(const struct policy_learning *learning, const struct proposal *proposal)
{
    const char *command = learning->request.command;
    const struct cupel_outcome *outcome = proposal->outcome;
    CUPEL_AUTO_FREE char *sentence = NULL;

    if (outcome->status != CUPEL_RUN_EXITED && cupel_score_explain(outcome, &sentence) == 0 &&
        sentence != NULL)
        (void)cupel_cli_fail(command, 0, "the command did not end well: %s", sentence);
    else if (outcome->exit_code != 0)
        (void)cupel_cli_fail(command, 0, "the command did not end well: exited with %d",
                             outcome->exit_code);
    for (size_t i = 0; i < outcome->denied.count; i++)
        (void)cupel_cli_fail(command, 0, "no policy can allow %s, which was not let through",
                             outcome->denied.calls[i].name);
    if (learning->record.lost > 0)
        (void)cupel_cli_fail(command, 0, "%llu calls were not recorded: there is room for %d",
                             (unsigned long long)learning->record.lost, RECORD_MAX);
    if (proposal->additions == 0)
        (void)cupel_cli_fail(command, 0,
                             "policy %s suffices: it allows all calls that were made",
                             proposal->base->name);
    else
        (void)cupel_cli_fail(
            command, 0, "policy %s allows all calls that were made, with %zu more rule%s",
            proposal->base->name, proposal->additions, proposal->additions == 1 ? "" : "s");
}

/* The name that a policy in this file has to have. */
static char *name_for(const char *path)
{
    const char *slash = path == NULL ? NULL : strrchr(path, '/');
    const char *file = path == NULL ? NAME : slash != NULL ? slash + 1 : path;
    size_t len = strlen(file);

    if (len > 5 && strcmp(file + len - 5, ".json") == 0)
        len -= 5;
    return strndup(file, len);
}

static char *join(const char *const *argv)
{
    char *text = NULL;
    size_t len = 0;
    FILE *stream = open_memstream(&text, &len);

    if (stream == NULL)
        return NULL;
    for (size_t i = 0; argv[i] != NULL; i++)
        (void)fprintf(stream, "%s%s", i > 0 ? " " : "", argv[i]);
    if (fclose(stream) == 0)
        return text;
    free(text);
    return NULL;
}

static int propose(const struct policy_learning *learning, const struct cupel_outcome *outcome)
{
    CUPEL_AUTO_FREE char *name = name_for(learning->request.output);
    CUPEL_AUTO_FREE char *command = join(learning->boxed.argv);
    struct proposal proposal = {.name = name,
                                .command = command,
                                .base = record_choose(&learning->record),
                                .record = &learning->record,
                                .outcome = outcome};

    if (name == NULL || command == NULL || proposal.base == NULL)
        return cupel_cli_fail(learning->request.command, CUPEL_EXIT_PLATFORM,
                              "no shipped policy allows what %s allows", RECORDED_UNDER);
    int code = policy_write_json(&learning->request, policy_propose(&proposal));
    if (code == CUPEL_EXIT_OK)
        tell(learning, &proposal);
    return code;
}

static void clear(struct policy_learning *learning)
{
    record_clear(&learning->record);
    cupel_filter_clear(&learning->filter);
    for (size_t i = 0; i < learning->policy_count; i++)
        cupel_policy_free(learning->policies[i]);
    cupel_policy_free(learning->strict);
}

int cupel_cli_policy_learn(int argc, char **argv)
{
    struct policy_learning learning = {
        .request = {.command = argv[0], .arch = cupel_arch_native()}};
    struct cupel_outcome outcome = {0};
    bool wants_help = false;
    int code = CUPEL_EXIT_USAGE;

    if (!policy_learn_parse(&learning, argc, argv, &wants_help))
        return code;
    if (wants_help || !policy_find_folder(&learning.request, &code))
        return wants_help ? policy_print(policy_learn_help) : code;
    code = prepare(&learning);
    if (code == CUPEL_EXIT_OK)
        code = run(&learning, &outcome);
    if (code == CUPEL_EXIT_OK)
        code = propose(&learning, &outcome);
    cupel_denied_clear(&outcome.denied);
    clear(&learning);
    return code;
}
