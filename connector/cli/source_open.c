#include "cli/source_open.h"

#include "io/io_file.h"

struct reader *source_open(const struct source_config *source, struct io_loop *loop,
                           struct secret **ret_secret, struct err *err)
{
    *ret_secret = NULL;
    if (source->secret.len && !file_secret(source->secret, ret_secret, err))
        return NULL;
    struct reader_config config = {.source = source->name,
                                   .settings = source->settings,
                                   .setting_count = source->setting_count,
                                   .secret = *ret_secret,
                                   .canary_account = source->canary_account,
                                   .canary_entitlement = source->canary_entitlement,
                                   .timeout_ms = source->timeout_ms,
                                   .loop = loop,
                                   .clock = &CLOCK_SYSTEM};
    return source->reader->open(&config, err);
}
