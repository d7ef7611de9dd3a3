#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cupel/cleanup.h"
#include "cupel/document.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A document, and the diagnostics that it collects. */
struct fixture {
    struct cupel_diagnostics diagnostics;
    struct cupel_document *document;
};

static struct cupel_field parse(struct fixture *fixture, const char *text)
{
    struct cupel_error err = {0};

    *fixture = (struct fixture){0};
    int r = cupel_document_parse(text, strlen(text), "t.json", &fixture->diagnostics,
                                 &fixture->document, &err);
    if (r < 0)
        fail_msg("%s", err.text);
    return cupel_document_root(fixture->document);
}

static void release(struct fixture *fixture)
{
    cupel_document_free(fixture->document);
    cupel_diagnostics_clear(&fixture->diagnostics);
}

/* The only diagnostic so far is the expected one. */
static void assert_diagnostic(struct fixture *fixture, const char *expected)
{
    char text[512];

    assert_int_equal(fixture->diagnostics.count, 1);
    const struct cupel_diagnostic *d = &fixture->diagnostics.items[0];
    (void)snprintf(text, sizeof(text), "%s:%u:%u: %s", d->file, d->line, d->column, d->text);
    assert_string_equal(text, expected);
    cupel_diagnostics_clear(&fixture->diagnostics);
}

static void syntax_errors_point_at_the_token(void **state)
{
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        {"", "t.json:1:1: not JSON: unexpected token near end of file"},
        {"{", "t.json:1:2: not JSON: string or '}' expected near end of file"},
        {"{\n  \"a\" 1\n}", "t.json:2:7: not JSON: ':' expected near '1'"},
        {"[1, tru]", "t.json:1:5: not JSON: invalid token near 'tru'"},
        {"{\"a\": 1,\n \"a\": 2}", "t.json:2:2: not JSON: duplicate object key near '\"a\"'"},
        {"{} x", "t.json:1:4: not JSON: end of file expected near 'x'"},
        {"[\"\\u0000\"]",
         "t.json:1:2: not JSON: \\u0000 is not allowed without "
         "JSON_ALLOW_NUL near '\"\\u0000\"'"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct fixture f = {0};
        int r = cupel_document_parse(cases[i].text, strlen(cases[i].text), "t.json",
                                     &f.diagnostics, &f.document, NULL);
        assert_int_equal(r, -EINVAL);
        assert_null(f.document);
        assert_diagnostic(&f, cases[i].expected);
    }
}

static void positions_are_those_of_values(void **state)
{
    static const char text[] =
        "\n {\"skip\": [{\"key\": \"}]\\\"\"}, -1.5e3, null],\n"
        "  \"k\\u00e9\\ud83d\\ude00y\\n\" :\t[ true,\n"
        "    {\"é\": [], \"key\":   7}] , \"last\":{}}";
    struct fixture f;
    unsigned line;
    unsigned column;
    struct cupel_field list;
    struct cupel_field key;
    struct cupel_field last;

    (void)state;
    struct cupel_field root = parse(&f, text);
    cupel_field_position(&root, &line, &column);
    assert_int_equal(line, 2);
    assert_int_equal(column, 2);

    assert_true(cupel_field_get(&root, "ké😀y\n", &list));
    cupel_field_position(&list, &line, &column);
    assert_int_equal(line, 3);
    assert_int_equal(column, 30);

    struct cupel_field second = cupel_field_at(&list, 1);
    assert_true(cupel_field_get(&second, "key", &key));
    cupel_field_position(&key, &line, &column);
    assert_int_equal(line, 4);
    assert_int_equal(column, 25);

    assert_true(cupel_field_get(&root, "last", &last));
    (void)cupel_field_fail_key(&last, "not here");
    assert_diagnostic(&f, "t.json:4:31: not here");
    (void)cupel_field_fail(&last, "not this");
    assert_diagnostic(&f, "t.json:4:38: \"last\": not this");
    release(&f);
}

static void messages_name_the_key_or_the_path_with_its_index(void **state)
{
    struct fixture f;
    struct cupel_field tests;
    struct cupel_field limits;
    struct cupel_field cpu;

    (void)state;
    struct cupel_field root = parse(&f, "{\"tests\": [[], {\"limits\": {\"cpu\": 1}}]}");
    assert_true(cupel_field_get(&root, "tests", &tests));
    struct cupel_field test = cupel_field_at(&tests, 1);
    assert_true(cupel_field_get(&test, "limits", &limits));
    assert_true(cupel_field_get(&limits, "cpu", &cpu));
    (void)cupel_field_fail(&cpu, "bad");
    assert_diagnostic(&f, "t.json:1:35: tests[1].limits.cpu: bad");
    (void)cupel_field_fail(&test, "bad");
    assert_diagnostic(&f, "t.json:1:16: tests[1]: bad");
    assert_false(cupel_field_require(&test, "id", &cpu));
    assert_diagnostic(&f, "t.json:1:16: tests[1]: key \"id\" is missing");
    assert_false(cupel_field_require(&root, "name", &cpu));
    assert_diagnostic(&f, "t.json:1:1: key \"name\" is missing");
    release(&f);
}

static void unknown_keys_are_named_with_the_nearest_known_one(void **state)
{
    static const char *const keys[] = {"policy", "points", "id", NULL};
    struct fixture f;

    (void)state;
    struct cupel_field root = parse(&f, "{\"id\": 1, \"polcy\": 2}");
    assert_false(cupel_field_only_keys(&root, keys));
    assert_diagnostic(&f, "t.json:1:11: unknown key \"polcy\"; did you mean \"policy\"?");
    release(&f);

    root = parse(&f, "{\"colour\": 2}");
    assert_false(cupel_field_only_keys(&root, keys));
    assert_diagnostic(&f,
                      "t.json:1:2: unknown key \"colour\"; known keys are \"policy\", "
                      "\"points\", \"id\"");
    release(&f);

    root = parse(&f, "{\"id\": 2}");
    assert_true(cupel_field_only_keys(&root, keys));
    release(&f);
}

enum kind { STRING, BOOL, UINT, NUMBER, ANY_NUMBER, BYTES, DURATION, CHOICE, STRINGS, OBJECT };

/* What the reader of one kind says; true if it took the value. */
static bool read_as(enum kind kind, const struct cupel_field *field)
{
    static const char *const names[] = {"none", "loopback", NULL};
    const char *string;
    bool truth;
    uint64_t number;
    double real;
    size_t index;
    char **strings;

    switch (kind) {
    case STRING:
        return cupel_field_string(field, &string);
    case BOOL:
        return cupel_field_bool(field, &truth);
    case UINT:
        return cupel_field_uint(field, 1, 10, &number);
    case NUMBER:
        return cupel_field_number(field, 0, 1, &real);
    case ANY_NUMBER:
        return cupel_field_number(field, 0, INFINITY, &real);
    case BYTES:
        return cupel_field_bytes(field, &number);
    case DURATION:
        return cupel_field_duration(field, &number);
    case CHOICE:
        return cupel_field_choice(field, names, &index);
    case OBJECT:
        return cupel_field_is_object(field);
    case STRINGS:
        if (!cupel_field_strings(field, &strings))
            return false;
        cupel_strings_free(strings);
        return true;
    }
    return false;
}

static void values_are_read_as_the_table_says(void **state)
{
    static const struct {
        enum kind kind;
        const char *json;
        const char *message; /* NULL: the value is taken */
    } cases[] = {
        {STRING, "\"\"", NULL},
        {STRING, "1", "expected a string, found 1"},
        {STRING, "{}", "expected a string, found an object"},
        {BOOL, "false", NULL},
        {BOOL, "\"true\"", "expected true or false, found \"true\""},
        {UINT, "1", NULL},
        {UINT, "10", NULL},
        {UINT, "0", "expected a whole number from 1 to 10, found 0"},
        {UINT, "11", "expected a whole number from 1 to 10, found 11"},
        {UINT, "-1", "expected a whole number from 1 to 10, found -1"},
        {UINT, "1.0", "expected a whole number from 1 to 10, found 1.0"},
        {UINT, "null", "expected a whole number from 1 to 10, found null"},
        {NUMBER, "0", NULL},
        {NUMBER, "0.5", NULL},
        {NUMBER, "1.5", "expected a number from 0 to 1, found 1.5"},
        {NUMBER, "true", "expected a number from 0 to 1, found true"},
        {ANY_NUMBER, "1e300", NULL},
        {ANY_NUMBER, "-0.25", "expected a number of at least 0, found -0.25"},
        {BYTES, "\"1 MiB\"", NULL},
        {BYTES, "1048576", NULL},
        {BYTES, "-1", "expected a size such as \"256 MiB\", found -1"},
        {BYTES, "\"12 parsecs\"", "expected a size such as \"256 MiB\", found \"12 parsecs\""},
        {BYTES, "[]", "expected a size such as \"256 MiB\", found an array"},
        {DURATION, "\"1 s\"", NULL},
        {DURATION, "1", "expected a duration such as \"250 ms\", found 1"},
        {DURATION, "\"1\"", "expected a duration such as \"250 ms\", found \"1\""},
        {CHOICE, "\"loopback\"", NULL},
        {CHOICE, "\"lo\"", "expected \"none\" or \"loopback\", found \"lo\""},
        {CHOICE, "\"\"", "expected \"none\" or \"loopback\", found an empty string"},
        {OBJECT, "{}", NULL},
        {OBJECT, "\"s\"", "expected an object, found a string"},
        {STRINGS, "[\"a\", \"b\"]", NULL},
        {STRINGS, "[]", NULL},
        {STRINGS, "\"a\"", "expected an array, found a string"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct fixture f;
        struct cupel_field root = parse(&f, cases[i].json);
        char expected[128];
        bool taken = read_as(cases[i].kind, &root);
        if (taken != (cases[i].message == NULL))
            fail_msg("case %zu: %s", i, cases[i].json);
        if (!taken) {
            (void)snprintf(expected, sizeof(expected), "t.json:1:1: %s", cases[i].message);
            assert_diagnostic(&f, expected);
        }
        release(&f);
    }
}

static void strings_report_each_bad_element(void **state)
{
    struct fixture f;
    char **strings = NULL;

    (void)state;
    struct cupel_field root = parse(&f, "[\"a\", 2, \"\", \"b\"]");
    assert_false(cupel_field_strings(&root, &strings));
    assert_null(strings);
    assert_int_equal(f.diagnostics.count, 2);
    assert_string_equal(f.diagnostics.items[0].text, "[1]: expected a string, found 2");
    assert_int_equal(f.diagnostics.items[0].column, 7);
    assert_string_equal(f.diagnostics.items[1].text,
                        "[2]: expected a string, found an empty one");
    release(&f);

    root = parse(&f, "[\"a\", \"b\"]");
    assert_true(cupel_field_strings(&root, &strings));
    assert_string_equal(strings[0], "a");
    assert_string_equal(strings[1], "b");
    assert_null(strings[2]);
    cupel_strings_free(strings);
    release(&f);
}

static void load_says_why_a_file_cannot_be_read(void **state)
{
    struct cupel_diagnostics diagnostics = {0};
    struct cupel_document *document = NULL;
    struct cupel_error err = {0};

    (void)state;
    assert_int_equal(cupel_document_load(AT_FDCWD, "/nonexistent/x.json", "x.json", 10,
                                         &diagnostics, &document, &err),
                     -ENOENT);
    assert_string_equal(err.text, "open /nonexistent/x.json: No such file or directory");
    assert_int_equal(
        cupel_document_load(AT_FDCWD, "/usr", "/usr", 10, &diagnostics, &document, &err),
        -EINVAL);
    assert_string_equal(err.text, "/usr: not a regular file");
    assert_int_equal(cupel_document_load(AT_FDCWD, "/proc/self/exe", "exe", 10, &diagnostics,
                                         &document, &err),
                     -EFBIG);
    assert_string_equal(err.text, "exe: larger than 10 bytes");
    assert_int_equal(diagnostics.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(syntax_errors_point_at_the_token),
        cmocka_unit_test(positions_are_those_of_values),
        cmocka_unit_test(messages_name_the_key_or_the_path_with_its_index),
        cmocka_unit_test(unknown_keys_are_named_with_the_nearest_known_one),
        cmocka_unit_test(values_are_read_as_the_table_says),
        cmocka_unit_test(strings_report_each_bad_element),
        cmocka_unit_test(load_says_why_a_file_cannot_be_read),
    };
    return cmocka_run_group_tests_name("document", tests, NULL, NULL);
}
