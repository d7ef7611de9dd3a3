/*
 * Which addresses lie in the Internet, and which in networks that only this machine may reach.
 * Pure. Sources: IANA's special-purpose address registries of IPv4 and IPv6 (RFC 6890, RFC
 * 8190), IANA's IPv6 global unicast assignments (2000::/3).
 */
#ifndef CUPEL_SERVICE_ADDRESS_H
#define CUPEL_SERVICE_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/*
 * Whether an address is globally reachable: false for loopback, private, link-local, multicast,
 * documentation and all other special or unassigned ranges, and for families other than AF_INET
 * and AF_INET6. An IPv6 address that stands for an IPv4 one (mapped, NAT64, 6to4) is what that
 * one is. address: a whole sockaddr_in or sockaddr_in6, as its family says.
 */
bool address_is_public(const struct sockaddr *address);

#endif
