#include "catalog.h"

// #embed is C23; clang accepts it in every C.
#pragma clang diagnostic ignored "-Wc23-extensions"

static _Alignas(8) const unsigned char catalog[] = {
#embed "catalog.pack"
};

const void *martlet_catalog_bytes(void) { return catalog; }

size_t martlet_catalog_count(void) { return sizeof catalog; }
