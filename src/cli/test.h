/*
 * What the parts of `cupel test` share.
 *
 * Each sample and each cheat is a case: `cupel grade` is executed for it (as many at the same
 * time as --jobs says), so that what is tested is what grades later. test_round.c makes the
 * cases of a grader, test_spawn.c grades them, test_judge.c says which are as expected, and
 * test_text.c and test_json.c tell of it.
 */
#ifndef CUPEL_CLI_TEST_H
#define CUPEL_CLI_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "cli/install.h"
#include "cupel/error.h"
#include "cupel/grader.h"
#include "grader/cheat_sample.h"
#include "grader/samples.h"
#include "grader/subset.h"

struct test_options {
    const char *command;
    const char *require; /* as given; NULL: none */
    const char *cgroup;  /* as given; NULL: what there is */
    unsigned jobs;
    bool update;
    bool json;
    bool no_cheats;
    bool watch;
};

struct test_case {
    const char *name;
    const struct cupel_sample *sample; /* NULL: a cheat */
    enum cupel_cheat cheat;
    double by_right; /* points of the sample whose code a cheat has */
    int input_fd;    /* the cheat's archive; -1: a sample, or a cheat that cannot be made */
    bool tried;

    int exit_code;   /* of `cupel grade` */
    json_t *result;  /* cupel.result/1; NULL: none was printed */
    char *complaint; /* standard error of `cupel grade` */
    uint64_t wall_ns;

    struct cupel_subset_differences differences;
    bool graded; /* false: the platform failed, and why tells how */
    bool passed;
    bool updated; /* expected.json was written */
    char *why;    /* a sentence, if it did not pass and differences do not say it; or NULL */
};

struct test_round {
    const char *path; /* of the grader, as `cupel grade` gets it */
    struct cupel_grader *grader;
    struct cupel_samples samples;
    struct cupel_cheat_sample base; /* that cheats are added to */
    struct test_case *cases;        /* the samples, then the cheats */
    size_t count;
    uint64_t wall_ns;
};

/* test_round.c */

/* Load a grader from path (borrowed) and make its cases. Returns CUPEL_EXIT_OK, or the exit
 * code with what is wrong on standard error; *ret is to be cleared in any case. */
int test_round_open(const struct test_options *options, const struct cupel_cli_paths *paths,
                    const char *path, struct test_round *ret);
void test_round_clear(struct test_round *round);

/* test_spawn.c */

/* Grade all cases that can be tried. cgroup: for --cgroup, or NULL. Returns 0, also if some
 * fail; -errno with err if they cannot be started. */
CUPEL_MUST_CHECK int test_spawn(const struct test_options *options, const char *cgroup,
                                struct test_round *round, struct cupel_error *err);

/* test_judge.c */

/* Fill graded, passed, differences and why of each case, and write expected.json where --update
 * asks for it. Returns an exit code. */
int test_judge(const struct test_options *options, struct test_round *round);

/* Of two exit codes, the one that matters more to who reads it. */
int test_worse(int code, int other);

/* test_text.c: the round for readers. The caller frees; NULL: no memory. */
char *test_text(const struct test_round *round, bool colour);

/* test_json.c: cupel.test/1 of all rounds. The caller frees; NULL: no memory. */
char *test_json_text(const struct test_round *rounds, size_t count, int code);

/* test_watch.c */

/* Watch the folders of graders (paths as in test_round). Returns a descriptor or -errno. */
CUPEL_MUST_CHECK int test_watch_open(char *const *paths, size_t count, struct cupel_error *err);

/* Wait until something changed and nothing more did for a moment. Returns 0 or -errno. */
CUPEL_MUST_CHECK int test_watch_wait(int fd, struct cupel_error *err);

#endif
