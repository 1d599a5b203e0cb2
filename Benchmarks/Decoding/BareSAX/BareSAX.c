#include "BareSAX.h"
#include <libxml/parser.h>
#include <string.h>

static void on_start(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int namespaces,
                     const xmlChar **namespace, int attributes, int defaulted, const xmlChar **attribute) {
    (void)name, (void)prefix, (void)uri, (void)namespaces, (void)namespace, (void)defaulted, (void)attribute;
    *(long *)user += 1 + attributes;
}

long bare_sax_count(const void *bytes, int count) {
    xmlSAXHandler sax;
    memset(&sax, 0, sizeof sax);
    sax.initialized = XML_SAX2_MAGIC;
    sax.startElementNs = on_start;
    xmlParserCtxtPtr parser = xmlNewParserCtxt();
    if (!parser) return -1;
    long seen = 0;
    *parser->sax = sax;
    parser->userData = &seen;
    xmlCtxtReadMemory(parser, bytes, count, NULL, NULL, XML_PARSE_NOENT | XML_PARSE_NONET);
    long result = parser->wellFormed ? seen : -1;
    xmlFreeParserCtxt(parser);
    return result;
}
