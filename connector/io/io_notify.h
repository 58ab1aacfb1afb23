/* io_notify.h: what we tell the service manager: sd_notify(3) without its library, one datagram to
 * the address in $NOTIFY_SOCKET: a path, or an abstract address that begins with @. */
#ifndef COUNTERSIGN_IO_NOTIFY_H
#define COUNTERSIGN_IO_NOTIFY_H

#include <stdbool.h>

#include "base/str.h"

/* Send lines such as "READY=1\nSTATUS=Running". False: nobody asked to be told, or the datagram
 * could not be sent; nothing depends on it. */
bool notify_manager(struct str lines);

#endif
