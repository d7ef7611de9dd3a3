/*
 * Lines: blanks at the end of lines and empty lines at the end do not count. Lines of both
 * texts go in step, so a line of the output is compared with the expected line of the same
 * number.
 *
 * Blanks of the output are trailing until something else follows them. They are counted, and
 * compared in place: `pos` stays before them, and `misaligned` remembers that one of them was
 * not the expected one, so that a run of any length needs no memory.
 */
#include "score/compare_internal.h"

/* Pass over what is literally the same, all but blanks that may be trailing. */
static size_t match(struct cupel_compare *compare, const unsigned char *bytes, size_t len)
{
    struct lines_state *lines = &compare->lines;
    size_t from = compare->pos + lines->blanks;
    size_t left = from < compare->len ? compare->len - from : 0;
    if (lines->misaligned || left == 0)
        return 0;

    size_t same =
        compare_common_prefix(compare->expected + from, bytes, len < left ? len : left);
    size_t solid = same;
    while (solid > 0 && compare_is_blank(bytes[solid - 1]))
        solid--;
    if (solid > 0) {
        compare->pos = from + solid;
        lines->blanks = 0;
    }
    lines->blanks += same - solid;
    return same;
}

static size_t after_blanks(const struct cupel_compare *compare)
{
    size_t pos = compare->pos;

    while (pos < compare->len && compare_is_blank(compare->expected[pos]))
        pos++;
    return pos;
}

/* The output's line ends: so must the expected one. */
static bool end_line(struct cupel_compare *compare)
{
    size_t pos = after_blanks(compare);

    compare->lines = (struct lines_state){0};
    if (pos < compare->len && compare->expected[pos] != '\n') {
        compare->pos = pos;
        return false;
    }
    if (pos == compare->len)
        compare->difference.expected_ended = true;
    compare->pos = pos < compare->len ? pos + 1 : pos;
    return true;
}

static size_t feed(struct cupel_compare *compare, const unsigned char *bytes, size_t len)
{
    struct lines_state *lines = &compare->lines;

    for (size_t i = 0;; i++) {
        i += match(compare, bytes + i, len - i);
        if (i == len)
            return len;
        if (compare_is_blank(bytes[i])) {
            lines->blanks++;
            lines->misaligned = true;
        } else if (bytes[i] != '\n' || !end_line(compare)) {
            if (compare->len == 0)
                compare->difference.expected_ended = true;
            return i;
        }
    }
}

static bool finish(struct cupel_compare *compare)
{
    if (compare->pos == compare->len)
        return true;

    bool line_is_empty = compare->place.column == compare->lines.blanks;
    size_t pos = after_blanks(compare);
    if (!line_is_empty && compare->expected[pos] != '\n')
        return false; /* the line itself is not complete */
    while (compare->expected[pos] == '\n' || compare_is_blank(compare->expected[pos]))
        pos++; /* the expected text was trimmed, so something follows */
    compare->pos = pos;
    compare->difference.actual_ended = true;
    return false;
}

const struct compare_mode compare_lines_mode = {.feed = feed, .finish = finish};
