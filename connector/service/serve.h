/* serve.h: start, run and stop the daemon. */
#ifndef COUNTERSIGN_SERVICE_SERVE_H
#define COUNTERSIGN_SERVICE_SERVE_H

#include "config/config.h"

/* Runs until SIGTERM or SIGINT (a second one ends at once). port_file: where to write the ports
 * once ready, or NULL. manager: where the service manager listens ($NOTIFY_SOCKET), or NULL. False
 * when it could not start. */
MUST_CHECK bool service_run(const struct config *config, const char *port_file, const char *manager,
                            struct err *err);

#endif
