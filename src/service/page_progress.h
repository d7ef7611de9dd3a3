/* How far a job that runs has come. */
#ifndef CUPEL_SERVICE_PAGE_PROGRESS_H
#define CUPEL_SERVICE_PAGE_PROGRESS_H

#include "queue/queue.h"
#include "render/page.h"

/* So many steps are looked at: a page is loaded again and again, and a step may have told 16
 * KiB of what its program printed. */
#define PAGE_PROGRESS_MAX 100

/* A heading, a bar, and the tests among the last steps of an attempt. */
void page_put_progress(struct page *page, const struct cupel_event_list *events);

#endif
