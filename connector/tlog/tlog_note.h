/* tlog_note.h: checkpoints (c2sp.org/tlog-checkpoint): origin, size and root of a tree as a signed
 * note (c2sp.org/signed-note) with an Ed25519 signature. Pure.
 *
 *     evidence.example.com/countersign
 *     777
 *     c/jU2yNQ0KhFOT/k99DgOJWe+5V9cCjCHPTKijT8/EU=
 *
 *     — evidence.example.com/countersign gSqufMrU28dg...
 */
#ifndef COUNTERSIGN_TLOG_NOTE_H
#define COUNTERSIGN_TLOG_NOTE_H

#include "base/err.h"
#include "base/sign.h"
#include "tlog/tlog.h"

enum {
    TLOG_ORIGIN_MAX = 200,
    TLOG_NOTE_BYTES = 4096, /* a checkpoint of ours, or of ours with signatures of others */
    TLOG_KEY_BYTES = 512,   /* the line of a key */
    TLOG_KEYS_MAX = 64,     /* of one log: the one that signs, the one it replaces, retired ones */
    TLOG_KEYS_BYTES = TLOG_KEYS_MAX * TLOG_KEY_BYTES,
    TLOG_KEY_ID_SIZE = 9,
};

/* Names a log and the key it signs with. */
struct tlog_verifier {
    struct str origin; /* borrowed from the text it was read of */
    uint8_t public[SIGN_PUBLIC_BYTES];
};

/* Those whose signatures count. */
struct tlog_verifiers {
    size_t count;
    struct tlog_verifier of[TLOG_KEYS_MAX];
};

struct tlog_checkpoint {
    struct str origin; /* borrowed from the note */
    int64_t size;
    struct tlog_hash root;
    size_t signer; /* which of the verifiers signed it; of several the first in the list */
};

/* May it name a log? Not empty, no space, no +, at most TLOG_ORIGIN_MAX bytes. */
bool tlog_origin_ok(struct str origin);
/* "origin+hash+key": what others need to check our signatures (c2sp.org/signed-note, verifier
 * keys). */
bool tlog_verifier_write(struct buf *out, struct str origin,
                         const uint8_t public[SIGN_PUBLIC_BYTES]);
MUST_CHECK bool tlog_verifier_read(struct str text, struct tlog_verifier *ret, struct err *err);
/* A list of them, one a line, empty lines between them allowed; at least one. */
MUST_CHECK bool tlog_verifiers_read(struct str text, struct tlog_verifiers *ret, struct err *err);
/* By what people tell keys apart: the hash in its line, in hexadecimal. */
void tlog_key_id(const struct tlog_verifier *verifier, char ret[TLOG_KEY_ID_SIZE]);

/* Append the note, signed with each of the keys: with two while one replaces the other. False: the
 * buf is full. */
bool tlog_note_write(struct buf *out, struct str origin, int64_t size, const struct tlog_hash *root,
                     const struct sign_key *const *keys, size_t count);
/* Read one that one of the verifiers signed; signatures of others on it are passed over, and one of
 * theirs that is wrong is never made good by another. ERR_INPUT with a sentence for each way in
 * which it is none of theirs. */
MUST_CHECK bool tlog_note_read(struct str note, const struct tlog_verifiers *verifiers,
                               struct tlog_checkpoint *ret, struct err *err);

#endif
