/* The words of result documents that are nobody else's, for who writes and who reads them. Each
 * is NULL-terminated. Internal to src/render. */
#ifndef CUPEL_RENDER_NAMES_H
#define CUPEL_RENDER_NAMES_H

extern const char *const render_run_status_names[]; /* by enum cupel_run_status */
extern const char *const render_mechanism_names[];  /* by enum cupel_mechanism; none: "none" */
extern const char *const render_network_names[];    /* by enum cupel_network */
extern const char *const render_separation_names[]; /* by in_process */
extern const char *const render_order_names[];      /* by descending */

#endif
