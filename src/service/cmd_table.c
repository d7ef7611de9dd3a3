#include "service/cmd_table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cupel/text.h"
#include "service/http_parse.h"

#define MICRO 1000000

void client_table_add(struct client_table *table, const char *const *cells)
{
    size_t start = table->row_count * table->column_count;

    /* Like jansson's, see main.c: there is no use in half of a table. */
    table->cells = reallocarray(table->cells, start + table->column_count, CLIENT_CELL_SIZE);
    if (table->cells == NULL) {
        (void)fputs("cupel: out of memory\n", stderr);
        _Exit(CUPEL_EXIT_PLATFORM);
    }
    for (size_t i = 0; i < table->column_count; i++) {
        char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
        (void)snprintf(table->cells[start + i], CLIENT_CELL_SIZE, "%s",
                       cupel_text_excerpt(cells[i], excerpt));
    }
    table->row_count++;
}

/* Characters, which are as wide as terminals make them: most, one column. */
static int width_of(const char *text)
{
    int width = 0;

    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xC0U) != 0x80U;
    return width;
}

static void print_cell(const struct client_table *table, size_t column, const char *text,
                       int width)
{
    bool is_last = column + 1 == table->column_count;
    int pad = width - width_of(text);

    if (table->columns[column].right)
        (void)printf("%*s%s", pad, "", text);
    else
        (void)printf("%s%*s", text, is_last ? 0 : pad, "");
    (void)fputs(is_last ? "\n" : "  ", stdout);
}

int client_table_print(struct client_table *table)
{
    int widths[CLIENT_COLUMNS_MAX];
    size_t count = table->column_count;

    for (size_t i = 0; i < count; i++) {
        widths[i] = width_of(table->columns[i].title);
        for (size_t row = 0; row < table->row_count; row++) {
            int width = width_of(table->cells[row * count + i]);
            widths[i] = width > widths[i] ? width : widths[i];
        }
    }
    for (size_t i = 0; i < count; i++)
        print_cell(table, i, table->columns[i].title, widths[i]);
    for (size_t i = 0; i < table->row_count * count; i++)
        print_cell(table, i % count, table->cells[i], widths[i % count]);
    free(table->cells);
    table->cells = NULL;
    return fflush(stdout) == 0 ? CUPEL_EXIT_OK : CUPEL_EXIT_PLATFORM;
}

const char *client_text(const json_t *document, const char *key)
{
    const char *text = json_string_value(json_object_get(document, key));

    return text != NULL ? text : "-";
}

const char *client_number(const json_t *document, const char *key,
                          char buf[static CLIENT_CELL_SIZE])
{
    const json_t *value = json_object_get(document, key);

    if (!json_is_number(value))
        return "-";
    (void)snprintf(buf, CLIENT_CELL_SIZE, "%.10g", json_number_value(value));
    return buf;
}

const char *client_score(const json_t *document, char buf[static CLIENT_CELL_SIZE])
{
    const json_t *score = json_object_get(document, "score");

    if (!json_is_number(score))
        return "-";
    (void)snprintf(buf, CLIENT_CELL_SIZE, "%.10g/%.10g", json_number_value(score),
                   json_number_value(json_object_get(document, "max_score")));
    return buf;
}

static bool find_time(const json_t *document, const char *key, int64_t *ret)
{
    const char *text = json_string_value(json_object_get(document, key));

    return text != NULL && http_parse_time(key, text, ret, NULL) == 0;
}

const char *client_age(const json_t *document, const char *key,
                       char buf[static CLIENT_CELL_SIZE])
{
    static const struct {
        int64_t seconds;
        const char *unit;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    int64_t then_us = 0;
    size_t i = 0;

    if (!find_time(document, key, &then_us))
        return "-";
    int64_t age = (int64_t)time(NULL) - then_us / MICRO;
    age = age > 0 ? age : 0; /* by another machine's clock */
    while (i < 3 && age < 2 * units[i].seconds)
        i++;
    (void)snprintf(buf, CLIENT_CELL_SIZE, "%" PRId64 " %s", age / units[i].seconds,
                   units[i].unit);
    return buf;
}

const char *client_time(const json_t *document, const char *key,
                        char buf[static CLIENT_CELL_SIZE])
{
    int64_t us = 0;

    if (!find_time(document, key, &us))
        return "-";
    time_t seconds = (time_t)(us / MICRO);
    struct tm parts;
    if (gmtime_r(&seconds, &parts) == NULL ||
        strftime(buf, CLIENT_CELL_SIZE, "%Y-%m-%d %H:%M:%SZ", &parts) == 0)
        return "-";
    return buf;
}
