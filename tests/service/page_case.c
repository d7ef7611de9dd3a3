#include "page_case.h"

#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/page.h"

static char id[] = "abcdefgh";
static char algorithms[] = "algorithms";
static char compilers[] = "compilers";

const struct cupel_token platform = {.id = id, .role = CUPEL_ROLE_PLATFORM, .name = id};
const struct cupel_token auditor = {.id = id, .role = CUPEL_ROLE_AUDITOR, .name = id};
const struct cupel_token staff = {
    .id = id, .role = CUPEL_ROLE_STAFF, .course = algorithms, .name = id};
const struct cupel_token others = {
    .id = id, .role = CUPEL_ROLE_STAFF, .course = compilers, .name = id};

struct page_case {
    struct filled filled; /* first: what tests know of it */
    char folder[32];
};

int page_case_begin(void **state)
{
    struct page_case *one = malloc(sizeof(*one));

    if (one == NULL)
        return -1;
    *one = (struct page_case){.folder = "/tmp/cupel-pages-XXXXXX"};
    if (mkdtemp(one->folder) == NULL)
        return -1;
    fill_queue(one->folder, &one->filled);
    *state = one;
    return 0;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
    (void)status;
    (void)type;
    (void)ftw;
    return remove(path);
}

int page_case_end(void **state)
{
    struct page_case *one = *state;

    cupel_queue_close(one->filled.queue);
    (void)nftw(one->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(one);
    return 0;
}

const char *path_of(const char *kind, int64_t number, const char *rest,
                    char ret[static PATH_SIZE])
{
    (void)snprintf(ret, PATH_SIZE, "/%s/%" PRId64 "%s", kind, number, rest);
    return ret;
}

char *get_page(struct filled *filled, const struct cupel_token *who, const char *path)
{
    const struct fake_request fake = {.path = path, .who = who};
    struct http_answer answer;
    struct cupel_error err = {0};

    if (fake_serve(&page_routes, filled->queue, &fake, &answer, &err) < 0)
        fail_msg("%s: %s", path, err.text);
    assert_non_null(answer.body);
    assert_int_equal(answer.len, strlen(answer.body));
    char *body = answer.body;
    answer.body = NULL;
    fake_answer_clear(&answer);
    return body;
}

int get_error(struct filled *filled, const struct cupel_token *who, const char *path)
{
    const struct fake_request fake = {.path = path, .who = who};
    struct http_answer answer;
    struct cupel_error err = {0};

    int r = fake_serve(&page_routes, filled->queue, &fake, &answer, &err);
    fake_answer_clear(&answer);
    assert_int_equal(r < 0, err.text[0] != '\0');
    return r;
}

int post(struct filled *filled, const struct cupel_token *who, const char *path,
         struct fake_pair field)
{
    const struct fake_request fake = {.method = "POST",
                                      .path = path,
                                      .who = who,
                                      .headers = {{"Host", "cupel.example:8080"},
                                                  {"Origin", "https://cupel.example:8080"},
                                                  {"Sec-Fetch-Site", "same-origin"}},
                                      .form = {field}};
    struct http_answer answer;
    struct cupel_error err = {0};

    int r = fake_serve(&page_routes, filled->queue, &fake, &answer, &err);
    int status = (int)answer.status;
    fake_answer_clear(&answer);
    return r < 0 ? r : status;
}
