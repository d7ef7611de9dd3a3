/* How scores are spread, as a picture and as figures. */
#ifndef CUPEL_SERVICE_PAGE_PLOT_H
#define CUPEL_SERVICE_PAGE_PLOT_H

#include <stddef.h>
#include <stdint.h>

#include "render/page.h"

/* counts: how many have a fraction of the maximum in each of that many equal parts. */
void page_plot_scores(struct page *page, const int64_t *counts, size_t parts);

#endif
