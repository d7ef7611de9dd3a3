/*
 * A search in depth with a stack of its own: chains are as long as a grader has tests.
 *
 * A test waits for what it needs and for the gate of its group; a gate for what the group
 * needs; the end of a group for its tests.
 */
#include "grader/needs_circle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cupel/cleanup.h"

#define NONE SIZE_MAX

enum colour { WHITE, GREY, BLACK };

/* Nodes: tests, then gates, then ends of groups. */
struct search {
    const struct cupel_grader *grader;
    size_t *first;  /* of a group: a test in it, or NONE */
    size_t *next;   /* of a test: the next one in its group, or NONE */
    size_t *cursor; /* of a node: what of its needs comes next; of an end: the test */
    unsigned char *colour;
    size_t *stack;
    size_t depth;
};

static bool is_test(const struct search *search, size_t node)
{
    return node < search->grader->test_count;
}

static size_t gate_of(const struct search *search, size_t group)
{
    return search->grader->test_count + group;
}

static size_t end_of(const struct search *search, size_t group)
{
    return gate_of(search, search->grader->group_count + group);
}

static bool is_end(const struct search *search, size_t node)
{
    return node >= end_of(search, 0);
}

static size_t node_of(const struct search *search, const struct cupel_need *need)
{
    return need->is_group ? end_of(search, need->index) : need->index;
}

static const struct cupel_needs *needs_of(const struct search *search, size_t node)
{
    if (is_test(search, node))
        return &search->grader->tests[node].needs;
    return &search->grader->groups[node - gate_of(search, 0)].needs;
}

/* The next node that a node waits for, or NONE. */
static size_t advance(struct search *search, size_t node)
{
    size_t *cursor = &search->cursor[node];

    if (is_end(search, node)) {
        size_t test = *cursor;
        if (test != NONE)
            *cursor = search->next[test];
        return test;
    }
    const struct cupel_needs *needs = needs_of(search, node);
    if (*cursor < needs->count)
        return node_of(search, &needs->items[(*cursor)++]);
    size_t group = is_test(search, node) ? search->grader->tests[node].group : CUPEL_NO_GROUP;
    if (group == CUPEL_NO_GROUP || *cursor > needs->count)
        return NONE;
    (*cursor)++;
    return gate_of(search, group);
}

static void enter(struct search *search, size_t node)
{
    search->colour[node] = GREY;
    search->stack[search->depth++] = node;
}

/* Follow node to its end; a node that is met while it is on the stack closes a circle. Returns
 * that node, or NONE. */
static size_t follow(struct search *search, size_t node)
{
    enter(search, node);
    while (search->depth > 0) {
        size_t top = search->stack[search->depth - 1];
        size_t met = advance(search, top);
        if (met == NONE) {
            search->colour[top] = BLACK;
            search->depth--;
        } else if (search->colour[met] == GREY) {
            return met;
        } else if (search->colour[met] == WHITE) {
            enter(search, met);
        }
    }
    return NONE;
}

static void put(struct cupel_needs_circle *circle, size_t *used, const char *before,
                const char *text)
{
    size_t left = sizeof(circle->text) - *used;
    int n = snprintf(circle->text + *used, left, "%s%s", before, text != NULL ? text : "?");

    *used += n > 0 && (size_t)n < left ? (size_t)n : 0;
}

static void put_node(const struct search *search, struct cupel_needs_circle *circle,
                     size_t *used, size_t node)
{
    const struct cupel_grader *grader = search->grader;
    const char *separator = *used > 0 ? ", " : "";
    const char *id = is_test(search, node)  ? grader->tests[node].step.id
                     : is_end(search, node) ? grader->groups[node - end_of(search, 0)].id
                                            : grader->groups[node - gate_of(search, 0)].id;

    put(circle, used, separator, is_test(search, node) ? "" : "group ");
    put(circle, used, "", id);
}

/* What the stack holds from met on, as it is told to people. */
static void describe(const struct search *search, size_t met, struct cupel_needs_circle *ret)
{
    enum { SHOWN = 6 };
    size_t start = search->depth;
    size_t used = 0;

    while (search->stack[--start] != met)
        continue;
    size_t owner = search->depth - 1;
    while (is_end(search, search->stack[owner]))
        owner--;
    size_t node = search->stack[owner];
    ret->owner_is_group = !is_test(search, node);
    ret->owner = ret->owner_is_group ? node - gate_of(search, 0) : node;
    ret->text[0] = '\0';
    for (size_t i = start; i < search->depth && i < start + SHOWN; i++)
        put_node(search, ret, &used, search->stack[i]);
    if (search->depth > start + SHOWN)
        put(ret, &used, ", ", "…");
    put_node(search, ret, &used, met);
}

static void link_tests(struct search *search)
{
    const struct cupel_grader *grader = search->grader;

    for (size_t i = 0; i < grader->group_count; i++)
        search->first[i] = NONE;
    for (size_t i = grader->test_count; i-- > 0;) {
        size_t group = grader->tests[i].group;
        search->next[i] = NONE;
        if (group == CUPEL_NO_GROUP)
            continue;
        search->next[i] = search->first[group];
        search->first[group] = i;
    }
    for (size_t i = 0; i < grader->group_count; i++)
        search->cursor[end_of(search, i)] = search->first[i];
}

int cupel_needs_circle_find(const struct cupel_grader *grader, struct cupel_needs_circle *ret)
{
    size_t count = grader->test_count + 2 * grader->group_count;
    CUPEL_AUTO_FREE size_t *numbers = calloc(4 * count + 1, sizeof(*numbers));
    CUPEL_AUTO_FREE unsigned char *colour = calloc(count + 1, 1);
    if (numbers == NULL || colour == NULL)
        return -ENOMEM;

    struct search search = {.grader = grader,
                            .first = numbers,
                            .next = numbers + count,
                            .cursor = numbers + 2 * count,
                            .stack = numbers + 3 * count,
                            .colour = colour};
    link_tests(&search);
    for (size_t i = 0; i < count; i++) {
        size_t met = colour[i] == WHITE ? follow(&search, i) : NONE;
        if (met == NONE)
            continue;
        describe(&search, met, ret);
        return 1;
    }
    return 0;
}
