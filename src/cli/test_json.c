/* cupel.test/1: docs/schema/test.schema.json. */
#include "cli/cli.h"
#include "cli/test.h"
#include "cupel/render.h"
#include "grader/cheats.h"
#include "render/json.h"

static json_t *differences_of(const struct cupel_subset_differences *differences)
{
    json_t *list = json_array();

    for (size_t i = 0; i < differences->count; i++) {
        const struct cupel_subset_difference *from = &differences->items[i];
        json_t *json = json_object();
        render_put(&json, "path", render_text(from->path));
        render_put(&json, "expected", json_incref(from->expected));
        render_put(&json, "missing", json_boolean(from->found == NULL));
        render_put(&json, "found",
                   from->found != NULL ? json_incref(from->found) : json_null());
        render_append(&list, json);
    }
    return list;
}

static json_t *member_of(const struct test_case *test, const char *key)
{
    json_t *value = json_object_get(test->result, key);

    return value != NULL ? json_incref(value) : json_null();
}

static void put_result(json_t **json, const struct test_case *test)
{
    render_put(json, "passed", test->tried ? json_boolean(test->passed) : json_null());
    render_put(json, "message", render_text(test->why));
    render_put(json, "status", member_of(test, "status"));
    render_put(json, "score", member_of(test, "score"));
    render_put(json, "max_score", member_of(test, "max_score"));
    render_put(json, "wall_seconds", render_seconds(test->wall_ns));
}

static json_t *sample_of(const struct test_case *test)
{
    json_t *json = json_object();

    render_put(&json, "name", render_text(test->name));
    put_result(&json, test);
    render_put(&json, "updated", json_boolean(test->updated));
    render_put(&json, "differences", differences_of(&test->differences));
    return json;
}

static json_t *cheat_of(const struct cupel_grader *grader, const struct test_case *test)
{
    json_t *json = json_object();

    render_put(&json, "name", render_text(test->name));
    render_put(&json, "title", render_text(cupel_cheat_titles[test->cheat]));
    put_result(&json, test);
    render_put(&json, "allowed", render_number(grader->cheat_points[test->cheat]));
    return json;
}

static json_t *round_of(const struct test_round *round)
{
    json_t *json = json_object();
    json_t *samples = json_array();
    json_t *cheats = json_array();

    for (size_t i = 0; i < round->count; i++) {
        const struct test_case *test = &round->cases[i];
        if (test->sample != NULL)
            render_append(&samples, sample_of(test));
        else
            render_append(&cheats, cheat_of(round->grader, test));
    }
    render_put(&json, "name", render_text(round->grader->name));
    render_put(&json, "folder", render_text(round->grader->folder));
    render_put(&json, "memory_bytes",
               json_integer((json_int_t)cupel_grader_memory_bytes(round->grader)));
    render_put(&json, "samples", samples);
    render_put(&json, "cheats", cheats);
    render_put(&json, "wall_seconds", render_seconds(round->wall_ns));
    return json;
}

char *test_json_text(const struct test_round *rounds, size_t count, int code)
{
    json_t *json = json_object();
    json_t *graders = json_array();

    for (size_t i = 0; i < count; i++)
        render_append(&graders, round_of(&rounds[i]));
    render_put(&json, "schema", json_string("cupel.test/1"));
    render_put(&json, "cupel", json_string(CUPEL_VERSION));
    render_put(&json, "passed", json_boolean(code == CUPEL_EXIT_OK));
    render_put(&json, "graders", graders);
    char *text = json != NULL ? cupel_render_json_text(json) : NULL;
    json_decref(json);
    return text;
}
