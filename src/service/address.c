#include "service/address.h"

#include <netinet/in.h>
#include <string.h>

enum reach {
    NOWHERE,
    EVERYWHERE,
    AS_IPV4_AT_2, /* what the IPv4 address in bytes 2 to 5 is */
    AS_IPV4_AT_12,
};

struct range {
    unsigned char prefix[16];
    unsigned bits;
    enum reach reach;
};

/* Of each table the first range that an address lies in counts; the last takes all. */
static const struct range ipv4[] = {
    {{0}, 8, NOWHERE},             /* this network */
    {{10}, 8, NOWHERE},            /* private */
    {{100, 64}, 10, NOWHERE},      /* shared by a carrier's customers */
    {{127}, 8, NOWHERE},           /* loopback */
    {{169, 254}, 16, NOWHERE},     /* link-local, and clouds' metadata */
    {{172, 16}, 12, NOWHERE},      /* private */
    {{192, 0, 0}, 24, NOWHERE},    /* protocol assignments */
    {{192, 0, 2}, 24, NOWHERE},    /* documentation */
    {{192, 88, 99}, 24, NOWHERE},  /* relays of 6to4, withdrawn */
    {{192, 168}, 16, NOWHERE},     /* private */
    {{198, 18}, 15, NOWHERE},      /* benchmarks */
    {{198, 51, 100}, 24, NOWHERE}, /* documentation */
    {{203, 0, 113}, 24, NOWHERE},  /* documentation */
    {{224}, 4, NOWHERE},           /* multicast */
    {{240}, 4, NOWHERE},           /* reserved; broadcast */
    {{0}, 0, EVERYWHERE},
};

static const struct range ipv6[] = {
    {{[10] = 0xff, 0xff}, 96, AS_IPV4_AT_12},      /* ::ffff:0:0/96, mapped */
    {{0x00, 0x64, 0xff, 0x9b}, 96, AS_IPV4_AT_12}, /* 64:ff9b::/96, NAT64 */
    {{0x20, 0x01, 0x00, 0x00}, 23, NOWHERE},       /* protocol assignments, Teredo */
    {{0x20, 0x01, 0x0d, 0xb8}, 32, NOWHERE},       /* documentation */
    {{0x20, 0x02}, 16, AS_IPV4_AT_2},              /* 6to4 */
    {{0x3f, 0xff}, 20, NOWHERE},                   /* documentation */
    {{0x20}, 3, EVERYWHERE},                       /* all that is assigned as global */
    /* Among these ::, ::1, 64:ff9b:1::/48, 100::/64, 5f00::/16, fc00::/7, fe80::/10, fec0::/10
     * and ff00::/8. */
    {{0}, 0, NOWHERE},
};

static bool lies_in(const unsigned char *bytes, const struct range *range)
{
    size_t whole = range->bits / 8;
    unsigned rest = range->bits % 8;

    if (memcmp(bytes, range->prefix, whole) != 0)
        return false;
    return rest == 0 || (bytes[whole] ^ range->prefix[whole]) >> (8 - rest) == 0;
}

static enum reach reach_of(const unsigned char *bytes, const struct range *table)
{
    while (!lies_in(bytes, table))
        table++;
    return table->reach;
}

static bool is_public_ipv4(const unsigned char *bytes)
{
    return reach_of(bytes, ipv4) == EVERYWHERE;
}

static bool is_public_ipv6(const unsigned char *bytes)
{
    switch (reach_of(bytes, ipv6)) {
    case AS_IPV4_AT_2:
        return is_public_ipv4(bytes + 2);
    case AS_IPV4_AT_12:
        return is_public_ipv4(bytes + 12);
    case EVERYWHERE:
        return true;
    case NOWHERE:
        break;
    }
    return false;
}

bool address_is_public(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)address;
        return is_public_ipv4((const unsigned char *)&in->sin_addr);
    }
    if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const void *)address;
        return is_public_ipv6(in6->sin6_addr.s6_addr);
    }
    return false;
}
