/* What a ticket says in our name, as a number: is it what we said? */
#include "domain/words.h"

static uint64_t mix(uint64_t a, uint64_t b)
{
    return (a ^ b) * 0x100000001b3u + (a >> 29);
}

uint64_t words_hash(const struct said *said)
{
    const struct str parts[] = {said->request, said->state,       said->check,
                                said->line,    said->field_check, said->field_line};
    uint64_t hash = 0xcbf29ce484222325u;

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        hash = mix(hash, str_hash(parts[i]) + i);
    return hash ? hash : 1;
}

uint64_t words_hash_of(struct str request_id, const struct notice *n)
{
    struct said said = {.request = request_id,
                        .state = str_of(notice_state_name(n->state)),
                        .check = str_of(n->check),
                        .line = str_of(n->line),
                        .field_check = str_of(n->check),
                        .field_line = str_of(n->line)};
    return words_hash(&said);
}
