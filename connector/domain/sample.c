#include "domain/sample.h"

#include <string.h>

size_t sample_stratum(bool privileged, enum request_kind kind)
{
    return (privileged ? 0 : SAMPLE_STRATA / 2) + (size_t)kind;
}

/* Does a, with one more, have a better claim than b, with one more? */
static bool is_due_before(const int64_t population[], const int64_t got[], size_t a, size_t b)
{
    return population[a] * (got[b] + 1) > population[b] * (got[a] + 1);
}

void sample_share(const int64_t population[SAMPLE_STRATA], int64_t size, int64_t ret[SAMPLE_STRATA])
{
    for (size_t i = 0; i < SAMPLE_STRATA; i++) {
        ret[i] = population[i] > 0 && size > 0;
        size -= ret[i];
    }
    for (; size > 0; size--) {
        size_t best = SAMPLE_STRATA;

        for (size_t i = 0; i < SAMPLE_STRATA; i++)
            if (ret[i] < population[i] &&
                (best == SAMPLE_STRATA || is_due_before(population, ret, i, best)))
                best = i;
        if (best == SAMPLE_STRATA)
            return; /* all there are */
        ret[best]++;
    }
}

void sample_rank(struct str seed, struct str request_id, uint8_t out[SHA256_BYTES])
{
    struct digest *digest = digest_new();

    digest_add(digest, seed);
    digest_add(digest, STR("\n"));
    digest_add(digest, request_id);
    digest_end(digest, out);
}
