/* How tickets of one site are kept from closing without proof. */
#include "config/config_priv.h"
#include "domain/roads.h"

enum { REPROVE_MS = 15 * 60 * 1000, GROUP_CHARS_MAX = 200 };

static void check_group(struct loader *l, const struct yaml *gate, struct str group)
{
    bool good = group.len <= GROUP_CHARS_MAX;

    for (size_t i = 0; i < group.len; i++)
        good &= (unsigned char)group.p[i] >= ' ';
    if (good)
        return;
    diag_error(l->v.diags, "C086", yaml_member(gate, "group")->pos, "this is not a group's name");
    diag_help(l->v.diags, "write the name of the group whose only member is the connector");
}

/* Who plays the ordinary agent when the gate is tried out. */
static void load_agent(struct loader *l, const struct yaml *gate, struct gate_config *g)
{
    static const char *const KNOWN[] = {"email", "token", NULL};
    const struct yaml *agent = value_map(&l->v, gate, "prove_as");

    if (!agent)
        return;
    value_refuse_unknown(&l->v, agent, KNOWN, "prove_as");
    g->agent_email = value_str(&l->v, agent, "email", "");
    g->agent_token = value_secret(&l->v, agent, "token", true, 1);
}

void config_gate(struct loader *l, const struct yaml *map, struct site_config *s)
{
    static const char *const KNOWN[] = {"group", "reprove", "prove_as", NULL};
    static const char *const MODES[] = {"auto",
#define X(suffix, name) name,
                                        GATE_KINDS(X)
#undef X
                                            NULL};
    const struct yaml *gate = value_map(&l->v, map, "gate");
    struct gate_config *g = &s->gate;
    size_t mode = value_choice(&l->v, map, "gate_mode", "C061", MODES);

    value_refuse_unknown(&l->v, gate, KNOWN, "gate");
    g->strongest = mode ? (enum gate_kind)(mode - 1) : GATE_BY_CLOSES;
    g->chosen = mode > 0;
    g->group = value_str(&l->v, gate, "group", "countersign");
    g->reprove_ms = value_duration(&l->v, gate, "reprove", REPROVE_MS, POLL_MIN_MS);
    check_group(l, gate, g->group);
    load_agent(l, gate, g);
}
