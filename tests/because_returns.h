/* What analyzers are told beforehand: because() returns its kind. They see one file at a time, and
 * would take every failure that is returned through because() for a success. */
#include "base/fail.h"

#define because(why, kind, ...) ((void)(because)((why), (kind), __VA_ARGS__), (kind))
