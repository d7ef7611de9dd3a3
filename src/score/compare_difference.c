#include <string.h>

#include "score/compare_internal.h"

static uint64_t count_line_feeds(const unsigned char *bytes, size_t len)
{
    uint64_t count = 0;

    while (len > 0) {
        size_t block = len < 255 ? len : 255; /* so that 8 bits do, and the loop vectorises */
        uint8_t in_block = 0;
        for (size_t i = 0; i < block; i++)
            in_block = (uint8_t)(in_block + (bytes[i] == '\n'));
        count += in_block;
        bytes += block;
        len -= block;
    }
    return count;
}

void compare_place_advance(struct compare_place *place, const unsigned char *bytes, size_t len)
{
    const unsigned char *line_feed = len > 0 ? memrchr(bytes, '\n', len) : NULL;

    compare_recent_advance(&place->recent, bytes, len);
    if (line_feed != NULL) {
        place->line += count_line_feeds(bytes, len);
        place->column = 0;
        place->before_len = 0;
        len -= (size_t)(line_feed + 1 - bytes);
        bytes = line_feed + 1;
    }
    place->column += len;
    if (len >= EXCERPT_BEFORE) {
        memcpy(place->before, bytes + len - EXCERPT_BEFORE, EXCERPT_BEFORE);
        place->before_len = EXCERPT_BEFORE;
    } else if (len > 0) {
        size_t kept = EXCERPT_BEFORE - len;
        if (kept > place->before_len)
            kept = place->before_len;
        memmove(place->before, place->before + place->before_len - kept, kept);
        memcpy(place->before + kept, bytes, len);
        place->before_len = kept + len;
    }
}

/* How much of what a line has before column is shown. */
static size_t shown_before(uint64_t column)
{
    return column <= EXCERPT_BEFORE ? (size_t)column : EXCERPT_SHOWN;
}

/* Blanks at the end of a line do not count in any mode but exact: do not point at them. */
static void trim(struct cupel_excerpt *excerpt)
{
    while (!excerpt->cut && excerpt->len > 0 &&
           compare_is_blank((unsigned char)excerpt->bytes[excerpt->len - 1]))
        excerpt->bytes[--excerpt->len] = '\0';
}

static bool by_tokens(const struct cupel_compare *compare)
{
    return compare->kind == CUPEL_COMPARE_TOKENS || compare->kind == CUPEL_COMPARE_NUMBERS;
}

/* Of the expected text, all is there: the lines before the place and those after it. */
static void take_expected(struct cupel_compare *compare)
{
    struct cupel_difference *difference = &compare->difference;
    struct cupel_context *lines = &difference->expected_lines;
    const unsigned char *at = compare->expected + compare->pos;
    const unsigned char *line_feed =
        compare->pos > 0 ? memrchr(compare->expected, '\n', compare->pos) : NULL;
    const unsigned char *line = line_feed != NULL ? line_feed + 1 : compare->expected;
    uint64_t column = (uint64_t)(at - line);
    size_t before = difference->actual_ended && by_tokens(compare) ? 0 : shown_before(column);
    struct compare_recent recent = {0};

    if (difference->by_pattern)
        return;
    compare_recent_advance(&recent, compare->expected, compare->pos);
    compare_recent_take(&recent, 1 + count_line_feeds(compare->expected, compare->pos),
                        difference->expected_ended, lines);
    if (difference->expected_ended)
        return;
    difference->expected.skipped = column - before;
    (void)compare_context_add(lines, &difference->expected, at - before,
                              compare->len - compare->pos + before, compare->show_line_feed);
    if (compare->kind != CUPEL_COMPARE_EXACT)
        trim(&difference->expected);
}

void compare_difference_begin(struct cupel_compare *compare, int next)
{
    struct cupel_difference *difference = &compare->difference;
    const struct compare_place *place = &compare->place;

    compare->differs = true;
    compare->capturing = !difference->actual_ended;
    /* A line feed is shown where it is what differs. */
    compare->show_line_feed = compare->kind == CUPEL_COMPARE_EXACT &&
                              (next == '\n' || (compare->pos < compare->len &&
                                                compare->expected[compare->pos] == '\n'));
    difference->line = place->line;
    difference->column = place->column + 1;
    take_expected(compare);
    compare_recent_take(&place->recent, place->line, difference->actual_ended,
                        &difference->actual_lines);
    if (difference->actual_ended) {
        if (compare->kind == CUPEL_COMPARE_LINES && place->column > compare->lines.blanks) {
            difference->line++;
            difference->column = 1;
        }
        return;
    }
    size_t before =
        difference->expected_ended && by_tokens(compare) ? 0 : shown_before(place->column);
    difference->actual.skipped = place->column - before;
    compare_excerpt_add(&difference->actual, place->before + place->before_len - before,
                        before);
}

void compare_difference_capture(struct cupel_compare *compare, const unsigned char *bytes,
                                size_t len)
{
    struct cupel_difference *difference = &compare->difference;

    compare->capturing = compare_context_add(&difference->actual_lines, &difference->actual,
                                             bytes, len, compare->show_line_feed);
}

void compare_difference_end(struct cupel_compare *compare)
{
    compare->capturing = false;
    if (compare->kind != CUPEL_COMPARE_EXACT)
        trim(&compare->difference.actual);
}
