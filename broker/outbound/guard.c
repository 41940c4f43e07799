#include "outbound/guard.h"

#include "base/scoped.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Every address as 16 bytes, IPv4 in its mapped form (RFC 4291, 2.5.5.2). */
enum { BYTES = 16, MAPPED_BITS = 96 };

enum reach { REACH_PUBLIC, REACH_PRIVATE, REACH_LOOPBACK, REACH_NEVER };

static const struct range {
    const char *start;
    unsigned bits;
    enum reach reach;
    const char *what;
} ranges[] = {
    {"127.0.0.0", 8, REACH_LOOPBACK, "a loopback address"},
    {"::1", 128, REACH_LOOPBACK, "a loopback address"},
    {"10.0.0.0", 8, REACH_PRIVATE, "a private address"},
    {"172.16.0.0", 12, REACH_PRIVATE, "a private address"},
    {"192.168.0.0", 16, REACH_PRIVATE, "a private address"},
    {"100.64.0.0", 10, REACH_PRIVATE, "an address shared by a carrier"},
    {"fc00::", 7, REACH_PRIVATE, "a unique local address"},
    {"0.0.0.0", 8, REACH_NEVER, "an address of this network"},
    {"169.254.0.0", 16, REACH_NEVER, "a link-local address"},
    {"168.63.129.16", 32, REACH_NEVER, "the host of an Azure machine"},
    {"192.0.0.0", 24, REACH_NEVER, "an address for protocols"},
    {"192.0.2.0", 24, REACH_NEVER, "an address for examples"},
    {"192.88.99.0", 24, REACH_NEVER, "a relay of 6to4"},
    {"198.18.0.0", 15, REACH_NEVER, "an address for benchmarks"},
    {"198.51.100.0", 24, REACH_NEVER, "an address for examples"},
    {"203.0.113.0", 24, REACH_NEVER, "an address for examples"},
    {"224.0.0.0", 4, REACH_NEVER, "a multicast address"},
    {"240.0.0.0", 4, REACH_NEVER, "a reserved address"},
    {"::ffff:0.0.0.0", 96, REACH_PUBLIC, "IPv4"}, /* all that no line above names */
    {"2001::", 23, REACH_NEVER, "an address for protocols"},
    {"2001:db8::", 32, REACH_NEVER, "an address for examples"},
    {"2002::", 16, REACH_NEVER, "an address of 6to4"},
    {"3fff::", 20, REACH_NEVER, "an address for examples"},
    {"2000::", 3, REACH_PUBLIC, "global unicast"},
};

static const struct range outside = {"::", 0, REACH_NEVER, "no public address"};
static const uint8_t mapped[12] = {[10] = 0xFF, [11] = 0xFF};
static const uint8_t translated[12] = {0x00, 0x64, 0xFF, 0x9B}; /* NAT64 (RFC 6052) */

static bool read_text(const char *text, uint8_t bytes[BYTES])
{
    memcpy(bytes, mapped, sizeof mapped);
    return inet_pton(AF_INET, text, bytes + sizeof mapped) == 1 ||
           inet_pton(AF_INET6, text, bytes) == 1;
}

static bool is_within(const uint8_t bytes[BYTES], const struct range *range)
{
    uint8_t start[BYTES];
    if (!read_text(range->start, start))
        return false;
    unsigned bits = range->bits + (strchr(range->start, ':') ? 0 : MAPPED_BITS);
    for (unsigned i = 0; i < bits; i++)
        if ((bytes[i / 8] ^ start[i / 8]) & (0x80 >> i % 8))
            return false;
    return true;
}

static const struct range *range_of(const uint8_t bytes[BYTES])
{
    for (size_t i = 0; i < COUNT(ranges); i++)
        if (is_within(bytes, &ranges[i]))
            return &ranges[i];
    return &outside;
}

static bool judge(enum peers peers, uint8_t bytes[BYTES], struct reason *why)
{
    char text[INET6_ADDRSTRLEN] = "?";
    if (memcmp(bytes, translated, sizeof translated) == 0)
        memcpy(bytes, mapped, sizeof mapped); /* what stands behind the translator counts */
    const struct range *range = range_of(bytes);
    bool allowed = false;
    switch (peers) {
    case PEERS_PUBLIC:
        allowed = range->reach == REACH_PUBLIC;
        break;
    case PEERS_PRIVATE:
        allowed = range->reach != REACH_NEVER;
        break;
    case PEERS_LOOPBACK:
        allowed = range->reach == REACH_LOOPBACK;
        break;
    }
    if (allowed)
        return true;
    bool four = memcmp(bytes, mapped, sizeof mapped) == 0;
    (void)inet_ntop(four ? AF_INET : AF_INET6, four ? bytes + sizeof mapped : bytes, text,
                    sizeof text);
    (void)because(why, FAIL_DENIED, "%s is %s: not called", text,
                  range->reach == REACH_PUBLIC ? "not this machine" : range->what);
    return false;
}

bool guard_allows_text(enum peers peers, const char *address, struct reason *why)
{
    uint8_t bytes[BYTES];
    if (read_text(address, bytes))
        return judge(peers, bytes, why);
    (void)because(why, FAIL_DENIED, "not an address: not called");
    return false;
}

bool guard_allows(enum peers peers, const struct sockaddr *address, struct reason *why)
{
    uint8_t bytes[BYTES];
    if (address->sa_family == AF_INET) {
        struct sockaddr_in four;
        memcpy(&four, address, sizeof four);
        memcpy(bytes, mapped, sizeof mapped);
        memcpy(bytes + sizeof mapped, &four.sin_addr, sizeof four.sin_addr);
        return judge(peers, bytes, why);
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 six;
        memcpy(&six, address, sizeof six);
        memcpy(bytes, &six.sin6_addr, sizeof bytes);
        return judge(peers, bytes, why);
    }
    (void)because(why, FAIL_DENIED, "not an internet address: not called");
    return false;
}
