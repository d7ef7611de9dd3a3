/*
 * Regex: a pattern must match the whole output, so the output is kept until its end, up to
 * CUPEL_COMPARE_REGEX_OUTPUT_MAX. The pattern is the staff's, the output the learner's: what
 * matching may cost is bounded by counts of steps, of bytes moved on and of memory, never by a
 * clock, so that an answer does not depend on how busy the machine is.
 *
 * A pattern has no first difference. Where the output goes wrong is taken to be the end of the
 * longest beginning of it that the pattern could still go on from (pcre2partial(3)).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "cupel/cleanup.h"
#include "score/compare_internal.h"

enum {
    PATTERN_MAX = 64 << 10,    /* bytes */
    STEPS_MAX = 2000000,       /* calls of PCRE2's matching function: about 0.1 s */
    SEARCH_STEPS_MAX = 200000, /* of each of the attempts to find the place */
    DEPTH_MAX = 1000000,       /* of backtracking, which is in the heap and not on the stack */
    WAY_OF_A_STEP = 200,       /* bytes that a step moves on, on the average */
    HEAP_MAX_KIB = 64 << 10,
};

/*
 * A step may be dear: one look ahead can read all of the output. What items of the pattern move
 * on the output, forwards and backwards, is counted as well.
 */
struct way {
    size_t at;
    uint64_t left;
};

struct compare_regex {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *limits;
    unsigned char *output;
    size_t len;
    size_t capacity;
    struct cupel_error failure;
    struct way way;
};

static int count_way(pcre2_callout_block *block, void *owner)
{
    struct way *way = owner;
    size_t at = block->current_position;
    uint64_t moved = at > way->at ? at - way->at : way->at - at;

    if (moved > way->left)
        return PCRE2_ERROR_MATCHLIMIT;
    way->left -= moved;
    way->at = at;
    return 0;
}

/* Editors end files with a line feed that nobody means. */
static size_t without_last_line_feed(const unsigned char *pattern, size_t len)
{
    if (len > 0 && pattern[len - 1] == '\n')
        len--;
    if (len > 0 && pattern[len - 1] == '\r')
        len--;
    return len;
}

static int compile(const void *pattern, size_t len, pcre2_code **ret, size_t *ret_offset,
                   struct cupel_error *err)
{
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    PCRE2_UCHAR why[160];
    size_t offset = 0;
    int code = 0;

    if (context == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    /* These fail only for values that PCRE2 does not know. */
    (void)pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    (void)pcre2_set_max_pattern_length(context, PATTERN_MAX);
    /* As if in ^(?:…)$. PCRE2_ENDANCHORED would be plainer, but excludes partial matching. */
    (void)pcre2_set_compile_extra_options(context, PCRE2_EXTRA_MATCH_LINE);
    *ret = pcre2_compile(pattern, without_last_line_feed(pattern, len),
                         PCRE2_UTF | PCRE2_AUTO_CALLOUT | PCRE2_ANCHORED |
                             PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C,
                         &code, &offset, context);
    pcre2_compile_context_free(context);
    if (*ret != NULL)
        return 0;
    if (code == PCRE2_ERROR_HEAP_FAILED)
        return cupel_fail(err, -ENOMEM, "out of memory");
    (void)pcre2_get_error_message(code, why, sizeof(why));
    *ret_offset = offset < len ? offset : len;
    return cupel_fail(err, -EINVAL, "%s", (const char *)why);
}

int cupel_compare_check_pattern(const void *pattern, size_t len, size_t *ret_offset,
                                struct cupel_error *err)
{
    pcre2_code *code = NULL;

    int r = compile(len > 0 ? pattern : "", len, &code, ret_offset, err);
    pcre2_code_free(code);
    return r;
}

void compare_regex_free(struct compare_regex *regex)
{
    if (regex == NULL)
        return;
    pcre2_match_context_free(regex->limits);
    pcre2_match_data_free(regex->match);
    pcre2_code_free(regex->code);
    free(regex->output);
    free(regex);
}

int compare_regex_new(const void *pattern, size_t len, struct compare_regex **ret)
{
    struct compare_regex *regex = calloc(1, sizeof(*regex));
    size_t offset = 0;

    if (regex == NULL)
        return -ENOMEM;
    int r = compile(pattern, len, &regex->code, &offset, NULL);
    if (r == 0) {
        /* Where groups are is of no use here, and room for one pair is the least. */
        regex->match = pcre2_match_data_create(1, NULL);
        regex->limits = pcre2_match_context_create(NULL);
        if (regex->match == NULL || regex->limits == NULL)
            r = -ENOMEM;
    }
    if (r < 0) {
        compare_regex_free(regex);
        return r;
    }
    (void)pcre2_set_depth_limit(regex->limits, DEPTH_MAX);
    (void)pcre2_set_heap_limit(regex->limits, HEAP_MAX_KIB);
    (void)pcre2_set_callout(regex->limits, count_way, &regex->way);
    *ret = regex;
    return 0;
}

const struct cupel_error *compare_regex_failure(const struct compare_regex *regex)
{
    return &regex->failure;
}

static bool make_room(struct compare_regex *regex, size_t len)
{
    size_t capacity = regex->capacity > 0 ? regex->capacity : 4096;

    if (len <= regex->capacity)
        return true;
    while (capacity < len)
        capacity *= 2;
    unsigned char *output = realloc(regex->output, capacity);
    if (output == NULL) {
        (void)cupel_fail(&regex->failure, -ENOMEM, "out of memory");
        return false;
    }
    regex->output = output;
    regex->capacity = capacity;
    return true;
}

static size_t feed(struct cupel_compare *compare, const unsigned char *bytes, size_t len)
{
    struct compare_regex *regex = compare->regex;

    if (regex->failure.code < 0)
        return len;
    if (len > CUPEL_COMPARE_REGEX_OUTPUT_MAX - regex->len) {
        (void)cupel_fail(&regex->failure, -EFBIG,
                         "the output is longer than %zu KiB, which is as much as is compared "
                         "with a pattern",
                         CUPEL_COMPARE_REGEX_OUTPUT_MAX >> 10);
        return len;
    }
    if (make_room(regex, regex->len + len)) {
        memcpy(regex->output + regex->len, bytes, len);
        regex->len += len;
    }
    return len;
}

/* Never NULL, which PCRE2 and memchr(3) take for an error even if no byte is asked for. */
static const unsigned char *output_of(const struct compare_regex *regex)
{
    return regex->len > 0 ? regex->output : (const unsigned char *)"";
}

static bool is_utf8_error(int code)
{
    return code <= PCRE2_ERROR_UTF8_ERR1 && code >= PCRE2_ERROR_UTF8_ERR21;
}

/* PCRE2's answer for the first len bytes of the output. */
static int match(struct compare_regex *regex, size_t len, uint32_t options, uint32_t steps)
{
    (void)pcre2_set_match_limit(regex->limits, steps);
    regex->way = (struct way){.left = (uint64_t)steps * WAY_OF_A_STEP};
    return pcre2_match(regex->code, output_of(regex), len, 0, options, regex->match,
                       regex->limits);
}

static bool matches(struct compare_regex *regex, size_t len)
{
    int code = match(regex, len, 0, STEPS_MAX);

    if (code >= 0)
        return true;
    if (code == PCRE2_ERROR_NOMATCH || is_utf8_error(code))
        return false;
    if (code == PCRE2_ERROR_NOMEMORY) {
        (void)cupel_fail(&regex->failure, -ENOMEM, "out of memory");
        return false;
    }
    PCRE2_UCHAR why[160];
    (void)pcre2_get_error_message(code, why, sizeof(why));
    (void)cupel_fail(&regex->failure, -ELOOP,
                     "the pattern cannot be compared with this output: %s", (const char *)why);
    return false;
}

static size_t without_white_end(const struct compare_regex *regex)
{
    size_t len = regex->len;

    while (len > 0 && compare_is_white(regex->output[len - 1]))
        len--;
    return len;
}

/* Could an output that begins with these len bytes match? *ret_known is false where that
 * would take too many steps to know. */
static bool may_go_on(struct compare_regex *regex, size_t len, bool *ret_known)
{
    int code = len > 0 ? match(regex, len, PCRE2_PARTIAL_HARD, SEARCH_STEPS_MAX) : 1;

    if (code >= 0 || code == PCRE2_ERROR_PARTIAL)
        return true;
    *ret_known = *ret_known && code == PCRE2_ERROR_NOMATCH;
    return false;
}

static bool is_continuation(unsigned char c)
{
    return (c & 0xC0U) == 0x80U;
}

/* The start of a character about halfway between two others, which is either of them where
 * nothing is between them. */
static size_t between(const struct compare_regex *regex, size_t low, size_t high)
{
    size_t middle = low + (high - low) / 2;

    while (middle > low && is_continuation(regex->output[middle]))
        middle--;
    if (middle > low)
        return middle;
    middle++;
    while (middle < high && is_continuation(regex->output[middle]))
        middle++;
    return middle;
}

/* How many bytes the pattern could go on from. */
static size_t longest_beginning(struct compare_regex *regex, bool *ret_known)
{
    int code = match(regex, regex->len, PCRE2_PARTIAL_HARD, SEARCH_STEPS_MAX);
    size_t high = is_utf8_error(code) ? pcre2_get_startchar(regex->match) : regex->len;
    size_t low = 0;

    if (may_go_on(regex, high, ret_known))
        return high;
    while (*ret_known && low < high) {
        size_t middle = between(regex, low, high);
        if (middle == high)
            break;
        if (may_go_on(regex, middle, ret_known))
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Say where the output goes wrong, as far as that can be found out. */
static void tell_difference(struct cupel_compare *compare)
{
    struct compare_regex *regex = compare->regex;
    const unsigned char *output = output_of(regex);
    bool known = true;

    size_t at = longest_beginning(regex, &known);
    compare->difference.by_pattern = true;
    if (!known) {
        compare->differs = true;
        return;
    }
    compare->difference.actual_ended = at >= without_white_end(regex);
    compare->place = (struct compare_place){.line = 1};
    compare_place_advance(&compare->place, output, at);
    compare_difference_begin(compare, at < regex->len ? output[at] : -1);
    if (at < regex->len && compare->capturing)
        compare_difference_capture(compare, output + at, regex->len - at);
}

static bool finish(struct cupel_compare *compare)
{
    struct compare_regex *regex = compare->regex;
    size_t short_len = without_white_end(regex);

    if (regex->failure.code == 0 &&
        (matches(regex, regex->len) ||
         (regex->failure.code == 0 && short_len < regex->len && matches(regex, short_len))))
        return true;
    if (regex->failure.code == 0)
        tell_difference(compare);
    compare->differs = true;
    return false;
}

const struct compare_mode compare_regex_mode = {.feed = feed, .finish = finish};
