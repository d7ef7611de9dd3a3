#include "cupel/checker.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "cupel/cleanup.h"
#include "cupel/score.h"
#include "cupel/text.h"

/* Of testlib.h. */
enum {
    TESTLIB_ACCEPTED,
    TESTLIB_WRONG,
    TESTLIB_PRESENTATION,
    TESTLIB_FAILED,
    TESTLIB_POINTS = 7
};

const char *const cupel_protocol_names[] = {
    [CUPEL_PROTOCOL_EXIT_CODE] = "exit-code",
    [CUPEL_PROTOCOL_TESTLIB] = "testlib",
    [CUPEL_PROTOCOL_JSON] = "json",
    [CUPEL_PROTOCOL_JSON + 1] = NULL,
};

/* The text of an answer. */
struct said {
    const char *text;
    size_t len;
    uint64_t total;
};

/* Without white space at its end; *ret stays NULL if nothing else is there. */
static int take_message(const struct said *said, char **ret)
{
    size_t len = said->len;

    while (len > 0 && strchr(" \t\r\n", said->text[len - 1]) != NULL)
        len--;
    if (len == 0)
        return 0;
    return cupel_text_clean_start(said->text, len, said->len < said->total ? said->total : len,
                                  CUPEL_CHECKER_MESSAGE_MAX, ret);
}

static int read_exit_code(const struct cupel_outcome *run, const struct said *said,
                          struct cupel_checker_answer *ret, struct cupel_error *err)
{
    if (run->exit_code > 1)
        return cupel_fail(err, -EPROTO,
                          "exited with %d; 0 accepts and 1 rejects, with \"protocol\": "
                          "\"exit-code\"",
                          run->exit_code);
    ret->fraction = run->exit_code == 0 ? 1 : 0;
    return take_message(said, &ret->message);
}

/* The number behind word, up to most, as a part of it; false if there is none. text ends in
 * NUL. */
static bool read_part(const char *text, const char *word, double most, double *ret)
{
    char *end = NULL;

    if (strncmp(text, word, strlen(word)) != 0)
        return false;
    const char *number = text + strlen(word);
    if (*number < '0' || *number > '9') /* neither "inf" and "nan" nor a sign */
        return false;
    double value = strtod(number, &end);
    *ret = value / most;
    return value <= most; /* not so for NaN */
}

static int read_points(const struct said *said, struct cupel_checker_answer *ret,
                       struct cupel_error *err)
{
    char text[128];
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    size_t len = said->len < sizeof(text) - 1 ? said->len : sizeof(text) - 1;

    memcpy(text, said->text, len);
    text[len] = '\0';
    if (!read_part(text, "points ", 1, &ret->fraction) &&
        !read_part(text, "partially correct (", 100, &ret->fraction))
        return cupel_fail(err, -EPROTO,
                          "exited with %d and wrote \"%s\" to standard error; expected "
                          "\"points X\", X from 0 to 1, or \"partially correct (P)\", P from 0 "
                          "to 100",
                          TESTLIB_POINTS, cupel_text_excerpt(text, excerpt));
    return take_message(said, &ret->message);
}

static int read_testlib(const struct cupel_outcome *run, const struct said *said,
                        struct cupel_checker_answer *ret, struct cupel_error *err)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    CUPEL_AUTO_FREE char *message = NULL;

    switch (run->exit_code) {
    case TESTLIB_ACCEPTED:
    case TESTLIB_WRONG:
    case TESTLIB_PRESENTATION:
        ret->fraction = run->exit_code == TESTLIB_ACCEPTED ? 1 : 0;
        return take_message(said, &ret->message);
    case TESTLIB_POINTS:
        return read_points(said, ret, err);
    case TESTLIB_FAILED: {
        int r = take_message(said, &message);
        return r < 0 ? r
                     : cupel_fail(err, -EPROTO, "failed (exit code %d of testlib): %s",
                                  TESTLIB_FAILED,
                                  cupel_text_excerpt(message != NULL ? message : "", excerpt));
    }
    default:
        return cupel_fail(
            err, -EPROTO,
            "exited with %d; testlib knows 0 accepted, 1 wrong, 2 presentation, 3 "
            "failed and 7 points",
            run->exit_code);
    }
}

static int take_object(const json_t *object, struct cupel_checker_answer *ret,
                       struct cupel_error *err)
{
    const json_t *score = json_object_get(object, "score");
    const json_t *message = json_object_get(object, "message");
    size_t known = (score != NULL ? 1U : 0U) + (message != NULL ? 1U : 0U);

    if (json_object_size(object) != known)
        return cupel_fail(err, -EPROTO, "answered with keys other than score and message");
    if (!json_is_number(score))
        return cupel_fail(err, -EPROTO, "answered without a number \"score\"");
    double value = json_number_value(score);
    if (!(value >= 0 && value <= 1))
        return cupel_fail(err, -EPROTO, "answered with the score %.10g; expected 0 to 1",
                          value);
    if (message != NULL && !json_is_string(message))
        return cupel_fail(err, -EPROTO, "answered with a \"message\" that is no string");
    ret->fraction = value;
    if (message == NULL)
        return 0;
    const struct said said = {json_string_value(message), json_string_length(message),
                              json_string_length(message)};
    return take_message(&said, &ret->message);
}

static int read_json(const struct cupel_outcome *run, const struct said *said,
                     struct cupel_checker_answer *ret, struct cupel_error *err)
{
    json_error_t where;

    if (run->exit_code != 0)
        return cupel_fail(err, -EPROTO,
                          "exited with %d; expected 0, with \"protocol\": \"json\"",
                          run->exit_code);
    if (said->total > CUPEL_CHECKER_ANSWER_MAX || said->len < said->total)
        return cupel_fail(err, -EPROTO, "answered with %" PRIu64 " bytes; expected at most %zu",
                          said->total, CUPEL_CHECKER_ANSWER_MAX);
    json_t *object = json_loadb(said->text, said->len, JSON_REJECT_DUPLICATES, &where);
    if (object == NULL)
        return json_error_code(&where) == json_error_out_of_memory
                   ? -ENOMEM
                   : cupel_fail(err, -EPROTO,
                                "answered with what is not JSON: line %d, column %d: %s",
                                where.line, where.column, where.text);
    int r = json_is_object(object)
                ? take_object(object, ret, err)
                : cupel_fail(err, -EPROTO, "answered with JSON that is no object");
    json_decref(object);
    return r;
}

/* How a run ended that did not exit. */
static int explain(const struct cupel_outcome *run, struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *why = NULL;

    int r = cupel_score_explain(run, &why);
    return r < 0 ? r : cupel_fail(err, -EPROTO, "%s", why != NULL ? why : "did not end");
}

int cupel_checker_read(enum cupel_protocol protocol, const struct cupel_outcome *run,
                       const char *text, size_t len, uint64_t total,
                       struct cupel_checker_answer *ret, struct cupel_error *err)
{
    static int (*const read[])(const struct cupel_outcome *, const struct said *,
                               struct cupel_checker_answer *, struct cupel_error *) = {
        [CUPEL_PROTOCOL_EXIT_CODE] = read_exit_code,
        [CUPEL_PROTOCOL_TESTLIB] = read_testlib,
        [CUPEL_PROTOCOL_JSON] = read_json,
    };
    const struct said said = {text, len, total};
    struct cupel_checker_answer answer = {0};

    if (run->status != CUPEL_RUN_EXITED)
        return explain(run, err);
    int r = read[protocol](run, &said, &answer, err);
    if (r == 0)
        *ret = answer;
    else
        free(answer.message);
    return r;
}
