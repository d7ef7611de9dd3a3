#include "report/xml.h"

#include <errno.h>
#include <expat.h>
#include <string.h>
#include <strings.h>

#include "cupel/text.h"

struct xml {
    struct report_builder *builder;
    const struct report_xml_handler *handler;
    void *reader;
    XML_Parser parser;
    unsigned depth;
};

static size_t offset(const struct xml *xml)
{
    XML_Index at = XML_GetCurrentByteIndex(xml->parser);
    return at > 0 ? (size_t)at : 0;
}

/* expat calls handlers of what it has read already, even when told to stop. */
static bool has_failed(struct xml *xml)
{
    if (xml->builder->failure < 0)
        (void)XML_StopParser(xml->parser, XML_FALSE);
    return xml->builder->failure < 0;
}

static void start_element(void *data, const char *element, const char **attributes)
{
    struct xml *xml = data;

    if (has_failed(xml))
        return;
    if (++xml->depth > CUPEL_REPORT_DEPTH_MAX)
        (void)report_fail_at(xml->builder, offset(xml), "elements are nested more than %d deep",
                             CUPEL_REPORT_DEPTH_MAX);
    else
        xml->handler->start(xml->reader, element, (const char *const *)attributes, offset(xml));
    (void)has_failed(xml);
}

static void end_element(void *data, const char *element)
{
    struct xml *xml = data;

    (void)element;
    if (has_failed(xml))
        return;
    xml->depth--;
    xml->handler->end(xml->reader, offset(xml));
    (void)has_failed(xml);
}

static void text(void *data, const char *bytes, int len)
{
    struct xml *xml = data;

    if (has_failed(xml))
        return;
    xml->handler->text(xml->reader, bytes, (size_t)len);
    (void)has_failed(xml);
}

static void declaration(void *data, const char *version, const char *encoding, int standalone)
{
    struct xml *xml = data;
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];

    (void)version;
    (void)standalone;
    if (encoding != NULL && strcasecmp(encoding, "UTF-8") != 0 &&
        strcasecmp(encoding, "US-ASCII") != 0)
        (void)report_fail_at(xml->builder, offset(xml),
                             "encoding \"%s\"; reports are read as UTF-8",
                             cupel_text_excerpt(encoding, excerpt));
    (void)has_failed(xml);
}

static void doctype(void *data, const char *name, const char *system_id, const char *public_id,
                    int has_internal_subset)
{
    struct xml *xml = data;

    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_internal_subset;
    (void)report_fail_at(xml->builder, offset(xml), "a report may not have a document type");
    (void)has_failed(xml);
}

static int fail_syntax(struct xml *xml)
{
    enum XML_Error error = XML_GetErrorCode(xml->parser);
    struct report_builder *builder = xml->builder;

    if (error == XML_ERROR_NO_MEMORY)
        return report_fail_memory(builder);
    if (error == XML_ERROR_NO_ELEMENTS || error == XML_ERROR_UNCLOSED_TOKEN ||
        error == XML_ERROR_UNCLOSED_CDATA_SECTION || error == XML_ERROR_PARTIAL_CHAR)
        return report_fail_at(builder, builder->len, "not XML: it ends too early (%s)",
                              XML_ErrorString(error));
    return report_fail_at(builder, offset(xml), "not XML: %s", XML_ErrorString(error));
}

int report_xml_read(struct report_builder *builder, const struct report_xml_handler *handler,
                    void *reader)
{
    struct xml xml = {.builder = builder, .handler = handler, .reader = reader};

    xml.parser = XML_ParserCreate("UTF-8");
    if (xml.parser == NULL)
        return report_fail_memory(builder);
    XML_SetUserData(xml.parser, &xml);
    XML_SetElementHandler(xml.parser, start_element, end_element);
    XML_SetCharacterDataHandler(xml.parser, text);
    XML_SetXmlDeclHandler(xml.parser, declaration);
    XML_SetStartDoctypeDeclHandler(xml.parser, doctype);
    int r = 0;
    if (XML_Parse(xml.parser, builder->text, (int)builder->len, XML_TRUE) == XML_STATUS_ERROR)
        r = fail_syntax(&xml);
    XML_ParserFree(xml.parser);
    return r;
}

const char *report_xml_attribute(const char *const *attributes, const char *name)
{
    for (size_t i = 0; attributes[i] != NULL; i += 2) {
        if (strcmp(attributes[i], name) == 0)
            return attributes[i + 1];
    }
    return NULL;
}
