/* evidence_sample.h: a sample of a population's files, and whether it is the one that its seed
 * draws. */
#ifndef COUNTERSIGN_CLI_EVIDENCE_SAMPLE_H
#define COUNTERSIGN_CLI_EVIDENCE_SAMPLE_H

#include "base/arena.h"
#include "cli/evidence_file.h"
#include "domain/sample.h"

/* Size 0: none. */
struct sample_wish {
    struct str seed;
    int64_t size;
};

struct sample_pick {
    uint8_t rank[SHA256_BYTES];
    size_t stratum;
    int64_t row; /* of the population, from 0 */
};

struct sample_drawn {
    int64_t population[SAMPLE_STRATA], sampled[SAMPLE_STRATA];
    struct sample_pick *picks; /* by stratum, then by rank; in the arena */
    size_t count;
};

/* --sample and --seed as they were given; both or neither. */
MUST_CHECK bool sample_wish_from(const char *size, const char *seed, struct sample_wish *ret,
                                 struct err *err);
/* From population.jsonl in `dir`. */
MUST_CHECK bool sample_draw(const char *dir, const struct sample_wish *wish, struct arena *arena,
                            struct sample_drawn *ret, struct err *err);
/* Those rows of that population file, heads and all, as text in the arena. */
MUST_CHECK bool sample_text(const char *dir, const char *name, int64_t heads,
                            const struct sample_drawn *drawn, struct arena *arena, struct str *ret,
                            struct err *err);
/* Each line of a population's file, with its end; row -1: heads. False from fn ends it. */
typedef bool sample_line_fn(void *arg, struct str line, int64_t row, struct err *err);
MUST_CHECK bool sample_each_line(const char *dir, const char *name, int64_t heads,
                                 sample_line_fn *fn, void *arg, struct err *err);
/* As the member "sample" of a manifest. */
void sample_put(struct json_out *out, const struct sample_wish *wish,
                const struct sample_drawn *drawn);

#endif
