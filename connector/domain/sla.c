#include "domain/sla.h"

static const char *const CHECKPOINTS[] = {
#define X(name, text) text,
    SLA_CHECKPOINTS(X)
#undef X
};
static const char *const DEEDS[] = {
#define X(name, text) text,
    SLA_DEEDS(X)
#undef X
};

const char *sla_checkpoint_name(enum sla_checkpoint c)
{
    return CHECKPOINTS[c];
}

const char *sla_deed_name(enum sla_deed deed)
{
    return DEEDS[deed];
}

bool sla_checkpoint_from(struct str name, enum sla_checkpoint *ret)
{
    for (int i = 0; i < SLA_CHECKPOINT_COUNT; i++) {
        if (str_eq_c(name, CHECKPOINTS[i])) {
            *ret = (enum sla_checkpoint)i;
            return true;
        }
    }
    return false;
}

bool sla_deed_from(struct str name, enum sla_deed *ret)
{
    for (int i = 0; i < SLA_DEED_COUNT; i++) {
        if (str_eq_c(name, DEEDS[i])) {
            *ret = (enum sla_deed)i;
            return true;
        }
    }
    return false;
}

void sla_rungs_sort(struct sla_rung *rungs, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        for (size_t k = i; k && rungs[k - 1].percent > rungs[k].percent; k--) {
            struct sla_rung later = rungs[k - 1];
            rungs[k - 1] = rungs[k];
            rungs[k] = later;
        }
    }
}
