#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "grader/subset.h"

static json_t *parse(const char *text)
{
    json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);

    assert_non_null(json);
    return json;
}

/* The differences as "path: expected -> found", a line each. */
static char *differences(const char *expected_text, const char *found_text)
{
    struct cupel_subset_differences found = {0};
    json_t *expected = parse(expected_text);
    json_t *result = parse(found_text);
    char *text = NULL;
    size_t len = 0;

    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    assert_int_equal(cupel_subset_compare(expected, result, &found), 0);
    for (size_t i = 0; i < found.count; i++) {
        char *was = json_dumps(found.items[i].expected, JSON_ENCODE_ANY);
        char *is = found.items[i].found != NULL
                       ? json_dumps(found.items[i].found, JSON_ENCODE_ANY)
                       : strdup("missing");
        (void)fprintf(out, "%s: %s -> %s\n", found.items[i].path, was, is);
        free(was);
        free(is);
    }
    assert_int_equal(fclose(out), 0);
    cupel_subset_clear(&found);
    json_decref(expected);
    json_decref(result);
    return text;
}

static void compare_follows_the_subset_rule(void **state)
{
    static const struct {
        const char *expected, *found, *differences;
    } cases[] = {
        {"{\"a\": 1}", "{\"a\": 1, \"b\": 2}", ""},
        {"{\"a\": 1}", "{\"b\": 2}", "a: 1 -> missing\n"},
        {"{\"a\": null}", "{\"a\": 0}", "a: null -> 0\n"},
        {"{\"a\": null}", "{}", "a: null -> missing\n"},
        {"{\"a\": {\"b\": 1}}", "{\"a\": {\"b\": 2}}", "a.b: 1 -> 2\n"},
        {"{\"a\": {\"b\": 1}}", "{\"a\": []}", "a: {\"b\": 1} -> []\n"},
        {"[{\"id\": \"x\", \"n\": 1}]", "[{\"id\": \"y\"}, {\"id\": \"x\", \"n\": 1}]", ""},
        {"[{\"id\": \"x\", \"n\": 1}]", "[{\"id\": \"x\", \"n\": 2}]", "[x].n: 1 -> 2\n"},
        {"{\"t\": [{\"id\": \"x\"}]}", "{\"t\": []}", "t[x]: {\"id\": \"x\"} -> missing\n"},
        {"[{\"id\": \"x\"}]", "[1]", "[x]: {\"id\": \"x\"} -> missing\n"},
        {"[{\"id\": \"x\"}, {}]", "[{\"id\": \"x\"}, {}]", ""},
        {"0.30000000000000004", "0.3", ""},
        {"1", "1.0", ""},
        {"1", "1.0001", ": 1 -> 1.0001\n"},
        {"true", "1", ": true -> 1\n"},
        {"[1, 2]", "[1]", ": [1, 2] -> [1]\n"},
        {"[1, 2]", "[1, 3]", "[1]: 2 -> 3\n"},
        {"[]", "[1]", ": [] -> [1]\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *text = differences(cases[i].expected, cases[i].found);
        assert_string_equal(text, cases[i].differences);
        free(text);
    }
}

static void a_long_path_is_cut(void **state)
{
    char expected[2048] = "";
    char found[2048] = "";
    struct cupel_subset_differences differences = {0};

    (void)state;
    for (int i = 0; i < 100; i++) {
        (void)strncat(expected, "{\"keykey\":", sizeof(expected) - strlen(expected) - 1);
        (void)strncat(found, "{\"keykey\":", sizeof(found) - strlen(found) - 1);
    }
    (void)strncat(expected, "1", 2);
    (void)strncat(found, "2", 2);
    for (int i = 0; i < 100; i++) {
        (void)strncat(expected, "}", 2);
        (void)strncat(found, "}", 2);
    }
    json_t *a = parse(expected);
    json_t *b = parse(found);
    assert_int_equal(cupel_subset_compare(a, b, &differences), 0);
    assert_int_equal(differences.count, 1);
    assert_int_equal(strlen(differences.items[0].path), CUPEL_SUBSET_PATH_MAX - 1);
    cupel_subset_clear(&differences);
    json_decref(a);
    json_decref(b);
}

static void update_keeps_the_keys_that_were_there(void **state)
{
    static const struct {
        const char *expected, *found, *updated;
    } cases[] = {
        {"{\"a\": 1}", "{\"a\": 2, \"b\": 3}", "{\"a\": 2}"},
        {"{\"a\": 1, \"gone\": 1}", "{\"a\": 2}", "{\"a\": 2}"},
        {"{\"a\": 1}", "{\"a\": {\"b\": 3}}", "{\"a\": {\"b\": 3}}"},
        {"[{\"id\": \"x\", \"n\": 1}, {\"id\": \"gone\"}]",
         "[{\"id\": \"y\", \"n\": 5}, {\"id\": \"x\", \"n\": 2, \"m\": 3}]",
         "[{\"id\": \"x\", \"n\": 2}]"},
        {"[1, 2]", "[1, 2, 3]", "[1, 2, 3]"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *expected = parse(cases[i].expected);
        json_t *found = parse(cases[i].found);
        json_t *updated = cupel_subset_update(expected, found);
        char *text = json_dumps(updated, JSON_ENCODE_ANY);
        assert_string_equal(text, cases[i].updated);
        free(text);
        json_decref(updated);
        json_decref(found);
        json_decref(expected);
    }
}

static void the_default_has_no_figures_and_one_element_a_line(void **state)
{
    json_t *result = parse(
        "{\"schema\": \"cupel.result/1\", \"status\": \"graded\", "
        "\"score\": 1, \"max_score\": 10, \"fraction\": 0.1, "
        "\"message\": null, \"build\": [], \"tests\": [{\"id\": \"a\", "
        "\"title\": \"A\", \"verdict\": \"passed\", \"reason\": null, "
        "\"score\": 1, \"run\": {\"wall_seconds\": 0.2}}], "
        "\"groups\": [], \"wall_seconds\": 0.3}");
    json_t *expected = cupel_subset_default(result);
    char *text = cupel_subset_text(expected);

    (void)state;
    assert_string_equal(text,
                        "{\n"
                        "  \"status\": \"graded\",\n"
                        "  \"message\": null,\n"
                        "  \"score\": 1,\n"
                        "  \"max_score\": 10,\n"
                        "  \"fraction\": 0.1,\n"
                        "  \"tests\": [\n"
                        "    {\"id\": \"a\", \"verdict\": \"passed\", \"reason\": null, "
                        "\"score\": 1}\n"
                        "  ]\n"
                        "}\n");
    free(text);
    json_decref(expected);
    json_decref(result);
}

static void an_object_without_keys_is_written_as_one(void **state)
{
    json_t *empty = json_object();
    char *text = cupel_subset_text(empty);

    (void)state;
    assert_string_equal(text, "{}\n");
    free(text);
    json_decref(empty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compare_follows_the_subset_rule),
        cmocka_unit_test(a_long_path_is_cut),
        cmocka_unit_test(update_keeps_the_keys_that_were_there),
        cmocka_unit_test(the_default_has_no_figures_and_one_element_a_line),
        cmocka_unit_test(an_object_without_keys_is_written_as_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
