/* io_address.h: where an outbound connection may go, judged by the address itself once the name is
 * known: a name can be pointed anywhere at any moment, and whoever points it is a stranger. */
#ifndef COUNTERSIGN_IO_ADDRESS_H
#define COUNTERSIGN_IO_ADDRESS_H

#include <stdbool.h>

struct sockaddr;

/* IO_REACH_OUTSIDE: everything but this machine itself, its link (where clouds hand out
 * credentials: 169.254.169.254, fd00:ec2::254), multicast and no address at all; private networks
 * are fine. IO_REACH_HERE: this machine only. */
enum io_reach { IO_REACH_ANYWHERE, IO_REACH_OUTSIDE, IO_REACH_HERE };

/* Other families than IPv4 and IPv6 are within reach of IO_REACH_ANYWHERE only. An IPv4 address in
 * IPv6 clothes counts as what it is. */
bool io_address_within(enum io_reach reach, const struct sockaddr *address);

#endif
