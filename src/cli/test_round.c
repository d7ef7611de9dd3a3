/* The cases of a grader: its samples, and what cheats hand in. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/open_grader.h"
#include "cli/test.h"
#include "cupel/cleanup.h"
#include "grader/cheats.h"
#include "grader/folder_list.h"
#include "grader/submission_match.h"

#define HIDDEN_MAX 1000 /* files that a cheat looks for */

static int out_of_memory(const struct test_options *options)
{
    return cupel_cli_fail(options->command, CUPEL_EXIT_PLATFORM, "out of memory");
}

static int find_samples(const struct test_options *options, struct test_round *round)
{
    struct cupel_diagnostics diagnostics = {0};
    struct cupel_error err = {0};
    int code = CUPEL_EXIT_OK;

    int r = cupel_samples_find(round->grader, &diagnostics, &round->samples, &err);
    if (r < 0 && diagnostics.count > 0) {
        cupel_cli_print_diagnostics(&diagnostics);
        code = CUPEL_EXIT_USAGE;
    } else if (r < 0) {
        code = cupel_cli_fail(options->command,
                              r == -ENOMEM ? CUPEL_EXIT_PLATFORM : CUPEL_EXIT_USAGE, "%s",
                              err.text[0] != '\0' ? err.text : strerrordesc_np(-r));
    } else if (round->samples.count == 0) {
        code = cupel_cli_usage(options->command,
                               "%s: no samples; expected " CUPEL_SAMPLES_FOLDER
                               "/NAME/submission/ with the files of one",
                               round->grader->folder);
    }
    cupel_diagnostics_clear(&diagnostics);
    return code;
}

/* Files that staff put beside the learner's, of which cupel lint warns. */
static bool is_beside(const struct cupel_grader *grader, const char *path)
{
    for (size_t i = 0; i < grader->harness_count; i++) {
        const struct cupel_grader_harness *harness = &grader->harnesses[i];
        for (size_t j = 0; j < harness->file_count; j++) {
            if (strcmp(harness->files[j].path + strlen("/box/"), path) == 0)
                return true;
        }
    }
    return false;
}

/* What the box has by right is no leak. */
static int add_relative(struct cupel_folder_list *list, const struct cupel_grader *grader,
                        const char *path)
{
    if (cupel_match_keeps(&grader->intake, path) || is_beside(grader, path))
        return 0;
    list->items[list->count] = strdup(path);
    return list->items[list->count] != NULL ? (list->count++, 0) : -ENOMEM;
}

static int add_absolute(struct cupel_folder_list *list, const char *folder, const char *path)
{
    if (asprintf(&list->items[list->count], "%s/%s", folder, path) < 0) {
        list->items[list->count] = NULL;
        return -ENOMEM;
    }
    list->count++;
    return 0;
}

/* All files of the grader, as they are called on the host and as they would be in the box. */
static int list_hidden(const struct cupel_grader *grader, struct cupel_folder_list *ret,
                       struct cupel_error *err)
{
    __attribute__((cleanup(cupel_folder_list_clear))) struct cupel_folder_list files = {0};
    char folder[PATH_MAX];

    if (realpath(grader->folder, folder) == NULL)
        return cupel_fail_errno(err, "%s", grader->folder);
    int r = cupel_folder_list(grader->folder_fd, S_IFREG, NULL, &files, err);
    if (r < 0)
        return r;
    size_t count = files.count < HIDDEN_MAX ? files.count : HIDDEN_MAX;
    ret->items = calloc(2 * count + 1, sizeof(*ret->items));
    if (ret->items == NULL)
        return -ENOMEM;
    for (size_t i = 0; r == 0 && i < count; i++) {
        r = add_absolute(ret, folder, files.items[i]);
        if (r == 0)
            r = add_relative(ret, grader, files.items[i]);
    }
    return r;
}

static int make_cheat(struct test_round *round, enum cupel_cheat cheat,
                      const char *const *hidden, struct cupel_error *err)
{
    struct cupel_cheat_submission submission;
    struct test_case *test = &round->cases[round->count++];

    *test =
        (struct test_case){.name = cupel_cheat_names[cheat], .cheat = cheat, .input_fd = -1};
    int r = cupel_cheat_pack(round->grader, cheat, hidden, &round->base, &submission, err);
    if (r < 0)
        return r;
    test->input_fd = submission.fd;
    test->tried = submission.fd >= 0;
    test->by_right = submission.keeps_sample ? round->base.score : 0;
    return 0;
}

static int make_cheats(struct test_round *round, struct cupel_error *err)
{
    __attribute__((cleanup(cupel_folder_list_clear))) struct cupel_folder_list hidden = {0};

    int r = list_hidden(round->grader, &hidden, err);
    if (r == 0 && round->grader->harness_count > 0)
        r = cupel_cheat_sample_read(round->grader, &round->samples, &round->base, err);
    for (unsigned i = 0; r == 0 && i < CUPEL_CHEATS; i++) {
        if (cupel_cheat_applies(round->grader, (enum cupel_cheat)i))
            r = make_cheat(round, (enum cupel_cheat)i, (const char *const *)hidden.items, err);
    }
    return r;
}

static int make_cases(const struct test_options *options, struct test_round *round)
{
    struct cupel_error err = {0};

    round->cases = calloc(round->samples.count + CUPEL_CHEATS, sizeof(*round->cases));
    if (round->cases == NULL)
        return out_of_memory(options);
    for (size_t i = 0; i < round->samples.count; i++)
        round->cases[round->count++] = (struct test_case){.name = round->samples.items[i].name,
                                                          .sample = &round->samples.items[i],
                                                          .input_fd = -1,
                                                          .tried = true};
    if (options->no_cheats)
        return CUPEL_EXIT_OK;
    int r = make_cheats(round, &err);
    if (r < 0)
        return cupel_cli_fail(options->command, CUPEL_EXIT_PLATFORM, "%s",
                              err.text[0] != '\0' ? err.text : strerrordesc_np(-r));
    return CUPEL_EXIT_OK;
}

int test_round_open(const struct test_options *options, const struct cupel_cli_paths *paths,
                    const char *path, struct test_round *ret)
{
    ret->path = path;
    int code = cli_open_grader(options->command, path, paths, &ret->grader);
    if (code == CUPEL_EXIT_OK)
        code = find_samples(options, ret);
    if (code == CUPEL_EXIT_OK)
        code = make_cases(options, ret);
    return code;
}

void test_round_clear(struct test_round *round)
{
    for (size_t i = 0; i < round->count; i++) {
        struct test_case *test = &round->cases[i];
        cupel_close_p(&test->input_fd);
        json_decref(test->result);
        free(test->complaint);
        cupel_subset_clear(&test->differences);
        free(test->why);
    }
    free(round->cases);
    cupel_cheat_sample_clear(&round->base);
    cupel_samples_clear(&round->samples);
    cupel_grader_free(round->grader);
    *round = (struct test_round){0};
}
