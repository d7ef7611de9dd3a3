/* docs/openapi.json, as it was when this was built. */
#ifndef CUPEL_SERVICE_OPENAPI_H
#define CUPEL_SERVICE_OPENAPI_H

#include <stddef.h>

extern const char openapi_document[];
extern const size_t openapi_document_len;

#endif
