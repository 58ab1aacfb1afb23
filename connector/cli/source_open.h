/* source_open.h: the reader of a configured source, for commands that read by themselves. */
#ifndef COUNTERSIGN_CLI_SOURCE_OPEN_H
#define COUNTERSIGN_CLI_SOURCE_OPEN_H

#include "base/secret.h"
#include "config/config.h"
#include "io/io_loop.h"

/* NULL with an error. *ret_secret, NULL where the source has none, is freed after the reader is
 * closed. */
struct reader *source_open(const struct source_config *source, struct io_loop *loop,
                           struct secret **ret_secret, struct err *err);

#endif
