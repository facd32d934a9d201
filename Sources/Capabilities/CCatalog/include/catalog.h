#ifndef MARTLET_CATALOG_H
#define MARTLET_CATALOG_H

#include <stddef.h>

/// The packed catalog that is part of the program: `catalog.pack`, byte for byte, on a boundary of eight bytes.
const void *_Nonnull martlet_catalog_bytes(void);

/// How many bytes it has.
size_t martlet_catalog_count(void);

#endif
