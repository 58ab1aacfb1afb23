/* config_value.h: typed values out of a YAML map, faults with place and remedy. Private to config/. */
#ifndef COUNTERSIGN_CONFIG_VALUE_H
#define COUNTERSIGN_CONFIG_VALUE_H

#include "yaml/yaml.h"

struct values {
    struct diag_list *diags;
};

struct str value_str(const struct values *v, const struct yaml *map, const char *key, const char *otherwise);
/* Missing is an error; `example` goes into the remedy. */
struct str value_required(const struct values *v, const struct yaml *map, const char *key, const char *example);
int64_t value_int(const struct values *v, const struct yaml *map, const char *key, int64_t otherwise, int64_t min, int64_t max);
/* "500ms", "30s", "15m", "8h", "2d" in milliseconds. */
int64_t value_duration(const struct values *v, const struct yaml *map, const char *key, int64_t otherwise_ms);
bool value_bool(const struct values *v, const struct yaml *map, const char *key, bool otherwise);
/* file:, credential: or env: (with a warning). Empty when absent and not required. */
struct str value_secret(const struct values *v, const struct yaml *map, const char *key, bool required);
void value_refuse_unknown(const struct values *v, const struct yaml *map, const char *const *known, const char *where);

#endif
