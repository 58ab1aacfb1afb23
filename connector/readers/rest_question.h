/* rest_question.h: one (account, entitlement), asked as a profile says: is there such an
 * entitlement, is there such an account, has the one the other. Pure: it says what to ask next and
 * takes what came. */
#ifndef COUNTERSIGN_READERS_REST_QUESTION_H
#define COUNTERSIGN_READERS_REST_QUESTION_H

#include "json/json_read.h"
#include "readers/honest.h"
#include "readers/rest_profile.h"
#include "readers/web.h"

enum {
    REST_URL_BYTES = 8192,
    REST_BODY_BYTES = 16 * 1024,
    REST_WHY_BYTES = 200,
    REST_HEADERS_MAX = 2 * REST_PAIRS_MAX,
};

/* What stands in {org} and the like. */
struct rest_place {
    const struct rest_profile *profile;
    struct str base; /* no '/' at its end; what a next page's address must begin with */
    struct str org, tenant, region, instance;
};

struct rest_request {
    struct str method, url, body;
    const struct rest_step *step;
};

enum rest_told { REST_TROUBLE, REST_TOLD, REST_GONE };
struct rest_reply {
    enum rest_told told;
    const struct json *body; /* of REST_TOLD */
    struct str next;         /* of REST_TOLD: header Link, rel="next"; STR_NONE: there is none */
    struct str total;        /* of REST_TOLD: the header that the step names for it */
    const char *reason;      /* of REST_TROUBLE; CamelCase, static */
    uint64_t hash;           /* of the body */
    int64_t wait_ms, age_ms; /* as in SCIM */
    char why[REST_WHY_BYTES];
};
/* What a reply to this step is worth. wall_ms: now, for waits told as a time. */
void rest_judge(struct arena *arena, const struct rest_profile *profile,
                const struct rest_step *step, const struct http_reply *http, int64_t timeout_ms,
                int64_t wall_ms, struct rest_reply *ret);

struct rest_question {
    const struct rest_place *place;
    struct arena *arena; /* outlives the question */
    struct str account, entitlement;
    struct str entitlement_pin; /* id that its name is pinned to; empty: to none */
    bool by_id;        /* the account is looked for by its id; `account` is that it is called so */
    bool renamed;      /* nobody has the entitlement's name: it is looked for by its id */
    bool wants_others; /* beside the answer: what else the account holds */
    size_t step;
    bool done, listing; /* listing: it is answered, but for that */
    char account_id[ANSWER_ID_BYTES], entitlement_id[ANSWER_ID_BYTES];
    enum account_state state;
    int64_t as_of_ms;
    int found;            /* within this step */
    bool near;            /* in this step's lists, in another case */
    struct str wanted;    /* what this step's items are compared with */
    struct pages pages;   /* of this step */
    struct answer answer; /* once done */
};

/* The place, the arena and the texts outlive it. */
void rest_question_begin(struct rest_question *q, const struct rest_place *place,
                         struct arena *arena, struct str account, struct str entitlement);
/* Right behind it: an entitlement whose name nobody has any more is looked for by this id, where
 * the profile says how. */
void rest_question_pinned(struct rest_question *q, struct str entitlement_id);
/* Right behind it: the account is an id, as `native_id` of an answer. Only where
 * rest_profile_traces(). */
void rest_question_by_id(struct rest_question *q);
/* Right behind it: list what else the account holds, where the profile says how. */
void rest_question_list_others(struct rest_question *q);
/* What to ask; false: it is answered. */
MUST_CHECK bool rest_question_next(struct rest_question *q, struct rest_request *ret);
/* What the request last asked for came to. */
void rest_question_take(struct rest_question *q, const struct rest_reply *reply);

/* A template with its names put in, each percent-encoded; STR_NONE: a name that is not there, or
 * cannot stand in an address. Also for addresses outside of steps: then q is NULL. */
struct str rest_expand(struct arena *arena, const struct rest_place *place,
                       const struct rest_question *q, struct str template);

#endif
