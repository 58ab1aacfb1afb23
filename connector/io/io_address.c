#include "io/io_address.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* a: the address in the order of the host */
static bool within_v4(enum io_reach reach, uint32_t a)
{
    bool here = a >> 24 == 127;

    if (reach == IO_REACH_HERE)
        return here;
    return !here && a >> 24 != 0 && a >> 16 != (169U << 8 | 254U) && a < 224U << 24;
}

static bool within_v6(enum io_reach reach, const struct in6_addr *a)
{
    static const uint8_t METADATA[16] = {0xfd, 0, 0x0e, 0xc2, [14] = 0x02, [15] = 0x54};
    static const uint8_t TRANSLATED[12] = {0, 0x64, 0xff, 0x9b}; /* RFC 6052: by a NAT64 */
    uint32_t v4;

    if (IN6_IS_ADDR_V4MAPPED(a)) {
        memcpy(&v4, a->s6_addr + 12, sizeof v4);
        return within_v4(reach, ntohl(v4));
    }
    if (memcmp(a, TRANSLATED, sizeof TRANSLATED) == 0 || IN6_IS_ADDR_V4COMPAT(a)) {
        memcpy(&v4, a->s6_addr + 12, sizeof v4);
        return reach == IO_REACH_OUTSIDE && within_v4(reach, ntohl(v4));
    }
    if (reach == IO_REACH_HERE)
        return IN6_IS_ADDR_LOOPBACK(a);
    return !IN6_IS_ADDR_LOOPBACK(a) && !IN6_IS_ADDR_UNSPECIFIED(a) && !IN6_IS_ADDR_LINKLOCAL(a) &&
           !IN6_IS_ADDR_MULTICAST(a) && memcmp(a->s6_addr, METADATA, sizeof METADATA) != 0;
}

bool io_address_within(enum io_reach reach, const struct sockaddr *address)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    if (reach == IO_REACH_ANYWHERE)
        return true;
    switch (address->sa_family) {
    case AF_INET:
        memcpy(&v4, address, sizeof v4);
        return within_v4(reach, ntohl(v4.sin_addr.s_addr));
    case AF_INET6:
        memcpy(&v6, address, sizeof v6);
        return within_v6(reach, &v6.sin6_addr);
    default:
        return false;
    }
}
