/* What tests of pages share: each is given a filled queue. */
#ifndef CUPEL_TESTS_SERVICE_PAGE_CASE_H
#define CUPEL_TESTS_SERVICE_PAGE_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_http.h"
#include "fill_queue.h"

extern const struct cupel_token platform;
extern const struct cupel_token auditor;
extern const struct cupel_token staff;  /* of "algorithms" */
extern const struct cupel_token others; /* staff of "compilers" */

int page_case_begin(void **state); /* state: a struct filled */
int page_case_end(void **state);
#define PAGE_CASE(test) cmocka_unit_test_setup_teardown(test, page_case_begin, page_case_end)

#define PATH_SIZE 64
/* "/jobs/12/cancel" in ret, which is returned. */
const char *path_of(const char *kind, int64_t id, const char *rest, char ret[static PATH_SIZE]);

/* A page, which the caller frees; the test fails if there is none. */
char *get_page(struct filled *filled, const struct cupel_token *who, const char *path);
/* What a GET fails with. */
int get_error(struct filled *filled, const struct cupel_token *who, const char *path);
/* What a form sent by a page of ours comes to: its answer's status, or -errno. */
int post(struct filled *filled, const struct cupel_token *who, const char *path,
         struct fake_pair field);

#endif
