/* io_notify.h: what we tell the service manager: sd_notify(3) without its library, one datagram to
 * the address that it left in $NOTIFY_SOCKET: a path, or an abstract one that begins with @. */
#ifndef COUNTERSIGN_IO_NOTIFY_H
#define COUNTERSIGN_IO_NOTIFY_H

#include <stdbool.h>

#include "base/str.h"

/* Send lines such as "READY=1\nSTATUS=Running". address NULL: nobody asked to be told. False: they
 * were not sent, and nothing depends on it. */
bool notify_manager(const char *address, struct str lines);

#endif
