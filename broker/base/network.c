#include "base/network.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <string.h>

bool network_read(const char *text, struct network *network)
{
    char address[64];
    int64_t bits = -1;
    const char *slash = strchr(text, '/');
    size_t length = slash ? (size_t)(slash - text) : strlen(text);
    if (length >= sizeof address || (slash && !text_read_number(slash + 1, 128, &bits)))
        return false;
    memcpy(address, text, length);
    address[length] = '\0';
    memset(network, 0, sizeof *network);
    if (inet_pton(AF_INET, address, network->address + 12) == 1) {
        network->address[10] = network->address[11] = 0xFF;
        network->bits = bits < 0 ? 128 : (int)bits + 96;
        return bits <= 32;
    }
    network->bits = bits < 0 ? 128 : (int)bits;
    return inet_pton(AF_INET6, address, network->address) == 1;
}

static bool holds(const struct network *network, const uint8_t address[ADDRESS_SIZE])
{
    int whole = network->bits / 8, rest = network->bits % 8;
    if (memcmp(network->address, address, (size_t)whole) != 0)
        return false;
    unsigned mask = rest ? 0xFFu << (8 - rest) & 0xFFu : 0;
    return !rest || (network->address[whole] & mask) == (address[whole] & mask);
}

bool networks_hold(const struct networks *networks, const uint8_t address[ADDRESS_SIZE])
{
    for (size_t i = 0; i < networks->count; i++)
        if (holds(&networks->list[i], address))
            return true;
    return false;
}
