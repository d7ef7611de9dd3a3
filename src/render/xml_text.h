/* Text from outside in an XML 1.0 document: the one place where it is escaped. */
#ifndef CUPEL_RENDER_XML_TEXT_H
#define CUPEL_RENDER_XML_TEXT_H

#include "render/page.h"

/* For the content of elements. Characters that XML cannot hold become U+FFFD. */
void xml_text(struct page *page, const char *text);

/* For attributes in double quotes, where line feeds and tabs must be written otherwise. */
void xml_attribute(struct page *page, const char *text);

#endif
