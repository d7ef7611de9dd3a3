/* JSON as reports need it: with the limits of reports, and one error. */
#ifndef CUPEL_REPORT_JSON_DOCUMENT_H
#define CUPEL_REPORT_JSON_DOCUMENT_H

#include "cupel/document.h"
#include "report/builder.h"

/* Read one member of the document's list of tests. False: a diagnostic was added, or the
 * builder failed. */
typedef bool report_json_item(struct report_builder *builder, const struct cupel_field *item);

/*
 * Parse builder's text and hand its root to read, which stops at the first thing that is wrong.
 * Returns 0 or builder->failure.
 */
int report_json_read(struct report_builder *builder, report_json_item *read);

/* Call read with each element of the array that is object's member key. */
bool report_json_each(struct report_builder *builder, const struct cupel_field *object,
                      const char *key, report_json_item *read);

/* A test at the place of a field; NULL: failed. */
struct cupel_report_test *report_json_add(struct report_builder *builder,
                                          const struct cupel_field *item);

/* A member that is a string, NULL in *ret if it is not there. */
bool report_json_string(const struct cupel_field *object, const char *key, const char **ret);

#endif
