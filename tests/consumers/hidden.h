/* What a project that hides its symbols does, its includes among them. */
#pragma GCC visibility push(hidden)
#include <linkauth.h>
#pragma GCC visibility pop
