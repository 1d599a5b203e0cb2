// The measuring stick: libxml2's SAX interface with handlers that only count.
#ifndef BARE_SAX_H
#define BARE_SAX_H

// The number of elements and attributes in a document; negative if it is not well-formed.
long bare_sax_count(const void *bytes, int count);
#endif
