// A streaming XML parser for documents in memory, on libxml2, with no libxml2 header in sight.
// No DOM is built, no entity but the five of XML itself is known, nothing is loaded from anywhere.
#ifndef CXML_H
#define CXML_H
#include <stddef.h>

typedef struct {
    // A start tag. `name` and each attribute's name are unique pointers within a parse. `attributes` holds five
    // pointers an attribute: name, prefix, URI, first byte of the value, byte after it. Non-zero stops the parse.
    int (*start)(void *context, const unsigned char *name, const unsigned char *prefix, long line,
                 int attribute_count, const unsigned char *const *attributes);
    void (*end)(void *context);
    // Text or a CDATA section, perhaps in pieces.
    void (*text)(void *context, const unsigned char *bytes, int count, long line);
} cxml_handler;

typedef enum {
    cxml_whole,
    cxml_stopped, // by a callback
    cxml_doctype, // there is a DOCTYPE, and it was not read
    cxml_malformed,
    cxml_out_of_memory,
} cxml_outcome;

typedef struct {
    cxml_outcome outcome;
    long line;         // where it ended, if not whole
    char message[160]; // libxml2's own words, if malformed
} cxml_result;

cxml_result cxml_parse(const void *bytes, int count, const cxml_handler *handler, void *context);

// To be called once before the first parse, as threads may parse at the same time.
void cxml_initialize(void);
#endif
