/* XML as reports need it: elements, attributes and text. No document type, so no entities but
 * the five and numbers. */
#ifndef CUPEL_REPORT_XML_H
#define CUPEL_REPORT_XML_H

#include <stddef.h>

#include "report/builder.h"

/* reader: as given to report_xml_read(). offset: of the tag's first byte. A handler that fails
 * the builder is the last that is called. */
struct report_xml_handler {
    void (*start)(void *reader, const char *element, const char *const *attributes,
                  size_t offset);
    void (*end)(void *reader, size_t offset);
    void (*text)(void *reader, const char *bytes, size_t len);
};

/* Returns 0 or builder->failure. */
int report_xml_read(struct report_builder *builder, const struct report_xml_handler *handler,
                    void *reader);

/* NULL if it is not there. */
const char *report_xml_attribute(const char *const *attributes, const char *name);

#endif
