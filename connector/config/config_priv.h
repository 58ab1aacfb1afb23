/* config_priv.h: what the parts of loading share. Private to config/. */
#ifndef COUNTERSIGN_CONFIG_PRIV_H
#define COUNTERSIGN_CONFIG_PRIV_H

#include "config/config.h"
#include "config/config_value.h"

enum { SHORTEST_MS = 10, POLL_MIN_MS = 50 }; /* below, a timer would spin */

struct loader {
    struct values v;
    struct config *c;
    struct arena *arena;
    bool without_mappings;
};

void config_site(struct loader *l, const struct yaml *map);
/* `auth` of a site, after its `insecure_http`. */
void config_auth(struct loader *l, const struct yaml *map, struct site_config *s);
/* `webhook` of a site, after its `webhook_secret`. */
void config_hook(struct loader *l, const struct yaml *map, struct site_config *s);
/* `gate_mode` and `gate` of a site. */
void config_gate(struct loader *l, const struct yaml *map, struct site_config *s);
/* An https address to which paths are appended (or http to this machine): its end cut to no slash,
 * a fault where it is none. */
void config_check_public_url(struct loader *l, const struct yaml *map, struct str *url);
/* Is it plain http to this very machine? */
bool config_is_loopback_http(struct str url);
void config_source(struct loader *l, const struct yaml *map);
/* `events` of the configuration. */
void config_events(struct loader *l, const struct yaml *root);
/* `policy`. Faults of a rule file go into a list of their own: it is another file. */
void config_policy(struct loader *l, const struct yaml *root, struct diag_list *rules_diags);
/* `after_close` of the configuration. */
void config_after(struct loader *l, const struct yaml *root);
/* `emergency` of the configuration. */
void config_emergency(struct loader *l, const struct yaml *root);
/* `evidence` of the configuration. */
void config_evidence(struct loader *l, const struct yaml *root);
/* `retention` of the configuration. */
void config_retention(struct loader *l, const struct yaml *root);
/* A path as it stands in the file `file`: beside that file unless it is absolute. */
struct str config_beside(struct arena *arena, const char *file, struct str path);
/* `calendars` and `sla` of the configuration. */
void config_sla(struct loader *l, const struct yaml *root);
/* Does the configuration have every policy that the rules of a mapping name? NULL has none. */
bool config_sla_fits(const struct config *c, const struct mapping *m, struct diag_list *diags);

#endif
