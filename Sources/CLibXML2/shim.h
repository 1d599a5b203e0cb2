// Empty on purpose: libxml2's headers pull in ICU's, which clash with Swift's own. This module only finds the
// library and its flags; C targets include <libxml/parser.h> in their .c files.
