/*
 * How the modes of comparison share one frame.
 *
 * A mode walks through the output and through the expected text at the same time. It keeps no
 * output: what it cannot decide yet (blanks that may turn out to be trailing, a number that is
 * not complete) it keeps as counts, or in a buffer of fixed size. Hence the answer and the
 * place of the difference depend on the bytes alone, never on how they were cut into chunks.
 */
#ifndef CUPEL_SCORE_COMPARE_INTERNAL_H
#define CUPEL_SCORE_COMPARE_INTERNAL_H

#include <locale.h>

#include "cupel/compare.h"

enum {
    TOKEN_MAX = 4096,    /* a longer token is compared as text, never as a number */
    EXCERPT_BEFORE = 64, /* as far into a line a difference is shown from the line's start */
    EXCERPT_SHOWN = 32,  /* what is shown before a difference that is farther in */
};

struct compare_mode {
    /* How many of the bytes agree; less than len: the output differs at that byte, compare->pos
     * says where the expected text differs, and difference.expected_ended is set if it has
     * ended. */
    size_t (*feed)(struct cupel_compare *compare, const unsigned char *bytes, size_t len);
    /* The output has ended: is it complete? If not, as above, with difference.actual_ended. */
    bool (*finish)(struct cupel_compare *compare);
};

extern const struct compare_mode compare_lines_mode;
extern const struct compare_mode compare_tokens_mode;
extern const struct compare_mode compare_numbers_mode;
extern const struct compare_mode compare_regex_mode;

/* The last lines, and the one that is not complete. */
struct compare_recent {
    struct cupel_excerpt lines[CUPEL_CONTEXT_LINES];
    size_t count;
    struct cupel_excerpt current;
};

/* Where in the output the next byte belongs. */
struct compare_place {
    uint64_t line;                        /* from 1 */
    uint64_t column;                      /* bytes of the line so far */
    unsigned char before[EXCERPT_BEFORE]; /* the last of them */
    size_t before_len;
    struct compare_recent recent;
};

struct lines_state {
    size_t blanks;   /* at the end of what came of the line; pos stands before them */
    bool misaligned; /* these blanks are not the expected ones: fine if the line ends here */
};

struct tokens_state {
    bool inside;      /* a token has begun */
    size_t token_len; /* numbers: of the output's token so far */
    size_t equal_len; /* numbers: how many of its first bytes are those of the expected one */
    char token[TOKEN_MAX + 1];    /* the output's */
    char expected[TOKEN_MAX + 1]; /* here, since clearing it for each token is dear */
    locale_t c_locale;
};

struct compare_regex; /* the pattern, and the output so far */

struct cupel_compare {
    const struct compare_mode *mode;
    enum cupel_compare_kind kind;
    struct cupel_tolerance tolerance;
    const unsigned char *expected;
    size_t len;
    size_t pos; /* in expected */
    struct compare_place place;
    bool differs;
    bool capturing; /* the excerpt of the output is not complete */
    bool show_line_feed;
    struct cupel_difference difference;
    struct lines_state lines;
    struct tokens_state tokens;
    struct compare_regex *regex;
};

static inline bool compare_is_blank(unsigned char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* As isspace(3) in the C locale. */
static inline bool compare_is_white(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Returns 0, -ENOMEM or -EINVAL; freed with compare_regex_free(), which takes NULL as well. */
CUPEL_MUST_CHECK int compare_regex_new(const void *pattern, size_t len,
                                       struct compare_regex **ret);
void compare_regex_free(struct compare_regex *regex);

/* Why nothing is known of the output; its code is 0 if that is not so. */
const struct cupel_error *compare_regex_failure(const struct compare_regex *regex);

/* Move pos to the next expected token, or to the end. */
void compare_skip_white(struct cupel_compare *compare);

/* How many first bytes of a and b, both n long, are the same. */
size_t compare_common_prefix(const unsigned char *a, const unsigned char *b, size_t n);

/* Go on by bytes that agree. */
void compare_place_advance(struct compare_place *place, const unsigned char *bytes, size_t len);

/* Append what there is room for. */
void compare_excerpt_add(struct cupel_excerpt *excerpt, const unsigned char *bytes, size_t len);

/* Go on by bytes. */
void compare_recent_advance(struct compare_recent *recent, const unsigned char *bytes,
                            size_t len);

/* The lines before the one of that number; if the text has ended, this one as well. */
void compare_recent_take(const struct compare_recent *recent, uint64_t line, bool ended,
                         struct cupel_context *ret);

/* Add bytes to the line of the place, then to the lines after it; false if no more are shown.
 */
bool compare_context_add(struct cupel_context *context, struct cupel_excerpt *place,
                         const unsigned char *bytes, size_t len, bool show_line_feed);

/* Write down that the output differs here; next is its next byte, or -1 at its end. */
void compare_difference_begin(struct cupel_compare *compare, int next);

/* Complete the excerpt of the output with what follows the difference. */
void compare_difference_capture(struct cupel_compare *compare, const unsigned char *bytes,
                                size_t len);

void compare_difference_end(struct cupel_compare *compare);

#endif
