#include "domain/evidence.h"

void evidence_start(struct evidence_chain *chain)
{
    *chain = (struct evidence_chain){0};
}

static void chain_hash(const uint8_t prev[SHA256_BYTES], struct str body, uint8_t out[SHA256_BYTES])
{
    digest_sha256_2(str_n((const char *)prev, SHA256_BYTES), body, out);
}

static void advance(struct evidence_chain *chain, int64_t seq, const uint8_t hash[SHA256_BYTES])
{
    chain->seq = seq;
    __builtin_memcpy(chain->hash, hash, SHA256_BYTES);
}

void evidence_append(struct evidence_chain *chain, struct str body)
{
    uint8_t hash[SHA256_BYTES];

    chain_hash(chain->hash, body, hash);
    advance(chain, chain->seq + 1, hash);
}

enum evidence_fault evidence_check(struct evidence_chain *chain, int64_t seq,
                                   const uint8_t prev[SHA256_BYTES], struct str body,
                                   const uint8_t hash[SHA256_BYTES])
{
    uint8_t wanted[SHA256_BYTES];

    if (seq != chain->seq + 1)
        return EVIDENCE_GAP;
    if (__builtin_memcmp(prev, chain->hash, SHA256_BYTES) != 0)
        return EVIDENCE_PREV_DIFFERS;
    chain_hash(chain->hash, body, wanted);
    if (__builtin_memcmp(wanted, hash, SHA256_BYTES) != 0)
        return EVIDENCE_HASH_DIFFERS;
    advance(chain, seq, hash);
    return EVIDENCE_OK;
}

enum evidence_fault evidence_skip(struct evidence_chain *chain, int64_t first, int64_t last,
                                  const uint8_t prev[SHA256_BYTES],
                                  const uint8_t hash[SHA256_BYTES])
{
    if (first != chain->seq + 1 || last < first)
        return EVIDENCE_GAP;
    if (__builtin_memcmp(prev, chain->hash, SHA256_BYTES) != 0)
        return EVIDENCE_PREV_DIFFERS;
    advance(chain, last, hash);
    return EVIDENCE_OK;
}

const char *evidence_fault_text(enum evidence_fault fault)
{
    static const char *const TEXTS[] = {
        "intact",
        "an entry is missing or out of order",
        "it does not follow the entry before it",
        "its text was changed after it was written",
        "the checkpoint that was signed here is of other entries: the chain was written anew",
    };
    return TEXTS[fault];
}
