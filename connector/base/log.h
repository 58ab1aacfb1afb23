/* log.h: one JSON object per line on stderr: ts, lvl, mod, msg, then fields. Only `service` and
 * `cli` log above debug level; lower layers return errors. Strings are escaped; a secret has no way
 * in (struct secret has no log form). */
#ifndef COUNTERSIGN_BASE_LOG_H
#define COUNTERSIGN_BASE_LOG_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* One field of a log line: make them with LOG_S/LOG_I, end the list with nothing more. */
struct log_field {
    const char *name;
    struct str text; /* used when is_number is false */
    int64_t number;
    bool is_number;
};

#define LOG_S(name_, str_) ((struct log_field){.name = (name_), .text = (str_)})
#define LOG_C(name_, cstr_) ((struct log_field){.name = (name_), .text = str_of(cstr_)})
#define LOG_I(name_, num_) \
    ((struct log_field){.name = (name_), .number = (num_), .is_number = true})

/* Lines below the level are dropped. The default is LOG_INFO. */
void log_set_level(enum log_level level);
MUST_CHECK bool log_level_from(struct str name, enum log_level *ret);

/* One line; a text is cut at 2,000 bytes, a line at 16 KiB with "cut":true at its end. */
void log_write(enum log_level level, const char *module, const char *msg,
               const struct log_field *fields, size_t count);
/* log_info("poller", "walk complete", LOG_S("site", site), LOG_I("pages", n)); */
#define LOG_AT(level, module, msg, ...)                                          \
    log_write((level), (module), (msg), (const struct log_field[]){__VA_ARGS__}, \
              sizeof((const struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field))
#define log_debug(module, msg, ...) LOG_AT(LOG_DEBUG, module, msg, __VA_ARGS__)
#define log_info(module, msg, ...) LOG_AT(LOG_INFO, module, msg, __VA_ARGS__)
#define log_warn(module, msg, ...) LOG_AT(LOG_WARN, module, msg, __VA_ARGS__)
#define log_error(module, msg, ...) LOG_AT(LOG_ERROR, module, msg, __VA_ARGS__)
/* A line with the error's kind, place, fact and trail beside the given fields. */
void log_err(enum log_level level, const char *module, const char *msg, const struct err *err,
             const struct log_field *fields, size_t count);

#endif
