// glibc's settings of malloc, which Swift's own module of glibc leaves out.
#include <malloc.h>
