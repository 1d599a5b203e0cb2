#include "CXML.h"
#include <libxml/parser.h>
#include <string.h>

typedef struct {
    const cxml_handler *handler;
    void *context;
    xmlParserCtxtPtr parser;
    cxml_outcome outcome;
} session;

static long line(const session *s) {
    return s->parser->input ? s->parser->input->line : 0;
}

static void stop(session *s, cxml_outcome outcome) {
    s->outcome = outcome;
    xmlStopParser(s->parser);
}

static void on_start(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int namespaces,
                     const xmlChar **namespace, int attributes, int defaulted, const xmlChar **attribute) {
    session *s = user;
    (void)uri, (void)namespaces, (void)namespace, (void)defaulted;
    if (s->handler->start(s->context, name, prefix, line(s), attributes, attribute)) stop(s, cxml_stopped);
}

static void on_end(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri) {
    session *s = user;
    (void)name, (void)prefix, (void)uri;
    s->handler->end(s->context);
}

static void on_text(void *user, const xmlChar *bytes, int count) {
    session *s = user;
    s->handler->text(s->context, bytes, count, line(s));
}

static void on_doctype(void *user, const xmlChar *name, const xmlChar *external, const xmlChar *system) {
    (void)name, (void)external, (void)system;
    stop(user, cxml_doctype);
}

// Errors are read from the parser afterwards. Without a handler libxml2 would print them. The parameter's type
// is xmlError *, const or not according to the version.
static void on_error() {}

void cxml_initialize(void) { xmlInitParser(); }

cxml_result cxml_parse(const void *bytes, int count, const cxml_handler *handler, void *context) {
    cxml_result result = {.outcome = cxml_out_of_memory};
    session s = {.handler = handler, .context = context, .outcome = cxml_whole};
    xmlSAXHandler sax;
    memset(&sax, 0, sizeof sax);
    sax.initialized = XML_SAX2_MAGIC;
    sax.startElementNs = on_start;
    sax.endElementNs = on_end;
    sax.characters = on_text;
    sax.cdataBlock = on_text;
    sax.internalSubset = on_doctype;
    sax.serror = (xmlStructuredErrorFunc)on_error;

    s.parser = xmlNewParserCtxt();
    if (!s.parser) return result;
    *s.parser->sax = sax;
    s.parser->userData = &s;
    // NOENT is safe here, where no document is built and a DOCTYPE ends the parse: it makes `&amp;` plain text.
    xmlDocPtr document = xmlCtxtReadMemory(s.parser, bytes, count, NULL, NULL, XML_PARSE_NOENT | XML_PARSE_NONET);
    if (document) xmlFreeDoc(document);

    result.outcome = s.outcome;
    result.line = line(&s);
    if (s.outcome == cxml_whole && !s.parser->wellFormed) {
        result.outcome = s.parser->errNo == XML_ERR_NO_MEMORY ? cxml_out_of_memory : cxml_malformed;
        const xmlError *error = xmlCtxtGetLastError(s.parser);
        if (error) {
            result.line = error->line;
            if (error->message) {
                strncpy(result.message, error->message, sizeof result.message - 1);
                result.message[strcspn(result.message, "\n")] = 0;
            }
        }
    }
    xmlFreeParserCtxt(s.parser);
    return result;
}
