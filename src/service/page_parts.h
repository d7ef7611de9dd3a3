/* What pages are made of. Texts called own are our words; all others are escaped here. */
#ifndef CUPEL_SERVICE_PAGE_PARTS_H
#define CUPEL_SERVICE_PAGE_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "render/page.h"

/* Percent-encoded, for the path or the query of an address (RFC 3986, 2.1). */
void page_url(struct page *page, const char *text);
/* The same of a path, whose slashes stay. */
void page_path(struct page *page, const char *path);

/* The own address behind which the text stands, and the text as a link to it. */
void page_link(struct page *page, const char *address, const char *text);

/* Microseconds since 1970, to the second in UTC; 0: "–". */
void page_time(struct page *page, int64_t us);

/* "340 ms", "12.3 s", "5 min", "3 h", "2 d". */
void page_duration(struct page *page, int64_t us);

/* "7.5 / 10"; not known: "–". */
void page_points(struct page *page, bool known, int64_t micro, int64_t max_micro);

/* A word that is a state, a verdict or a status: told by the word, and by a colour where it is
 * one of ours. NULL: "–". */
void page_state(struct page *page, const char *name);

/* Own caption and columns; those that begin with '#', which is not shown, are of numbers. NULL
 * ends them. */
void page_open_table(struct page *page, const char *caption, const char *const *columns);
void page_close_table(struct page *page);

/* Cells. NULL: "–"; job 0: likewise. */
void page_cell(struct page *page, const char *text);
void page_word_cell(struct page *page, const char *word); /* own */
void page_time_cell(struct page *page, int64_t us);
void page_state_cell(struct page *page, const char *name);
void page_number_cell(struct page *page, int64_t number);
void page_job_cell(struct page *page, int64_t job);

/* Facts of one thing: a list of terms, each own, with what follows up to page_close_fact(). */
void page_open_facts(struct page *page);
void page_close_facts(struct page *page);
void page_open_fact(struct page *page, const char *term);
void page_close_fact(struct page *page);
/* Nothing for NULL or 0. */
void page_fact(struct page *page, const char *term, const char *text);
void page_code_fact(struct page *page, const char *term, const char *text);
void page_time_fact(struct page *page, const char *term, int64_t us);
void page_job_fact(struct page *page, const char *term, int64_t job);

/* How far something has come; total 0: not known. label: own. */
void page_progress(struct page *page, const char *label, int64_t done, int64_t total);

/* What a program printed, to be scrolled; nothing if it is NULL or empty. label: own. */
void page_printed(struct page *page, const char *label, const char *text);

#endif
