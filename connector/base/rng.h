/* rng.h: seedable random numbers (xoshiro256**, seeded by splitmix64). Jitter and the simulator use
 * it; anything secret uses rng_secret. */
#ifndef COUNTERSIGN_BASE_RNG_H
#define COUNTERSIGN_BASE_RNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rng {
    uint64_t s[4];
};

/* The same seed gives the same numbers, on every machine and in every version. */
void rng_seed(struct rng *rng, uint64_t seed);
void rng_seed_system(struct rng *rng); /* from getrandom(2); aborts when that fails */
uint64_t rng_next(struct rng *rng);
uint64_t rng_below(struct rng *rng, uint64_t bound);           /* 0 <= n < bound; bound > 0 */
int64_t rng_range(struct rng *rng, int64_t low, int64_t high); /* both included */
bool rng_chance(struct rng *rng, uint32_t per_million);
void rng_secret(void *dst, size_t len); /* getrandom(2), for anything an attacker must not guess */
/* Random UUID (RFC 9562 version 4) as text into dst[37]. */
void rng_uuid(struct rng *rng, char *dst);

#endif
