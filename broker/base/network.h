/* Networks such as 10.0.0.0/8, and whether an address is in one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NETWORKS = 32, ADDRESS_SIZE = 16 };

/* IPv4 is kept as ::ffff:a.b.c.d. */
struct network {
    uint8_t address[ADDRESS_SIZE];
    int bits;
};

struct networks {
    size_t count;
    struct network list[NETWORKS];
};

/* "192.0.2.1", "2001:db8::1", or with the leading bits that count behind a slash. */
bool network_read(const char *text, struct network *network);
bool networks_hold(const struct networks *networks, const uint8_t address[ADDRESS_SIZE]);
