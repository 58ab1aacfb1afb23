/* sample.h: whom an auditor looks at: a stratified sample that anybody can draw again from the
 * population, its size and its seed. Pure. */
#ifndef COUNTERSIGN_DOMAIN_SAMPLE_H
#define COUNTERSIGN_DOMAIN_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "domain/request.h"

/* Strata are privileged or not, by kind of change: privileged first, then as enum request_kind. */
enum { SAMPLE_STRATA = 6, SAMPLE_MAX = 1000 };

/* Its number, below SAMPLE_STRATA. */
size_t sample_stratum(bool privileged, enum request_kind kind);

/* How many of each stratum: one of each that has any, in the order of the strata, as long as `size`
 * lasts; each further one where the share is smallest for the population (highest averages; of two
 * alike the first), none more than it has. */
void sample_share(const int64_t population[SAMPLE_STRATA], int64_t size,
                  int64_t ret[SAMPLE_STRATA]);

/* In each stratum those are drawn whose rank is lowest: SHA-256 of the seed, a line feed, the id.
 */
void sample_rank(struct str seed, struct str request_id, uint8_t out[SHA256_BYTES]);

#endif
