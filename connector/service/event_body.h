/* event_body.h: an event as it is sent: a CloudEvent in structured JSON, signed as Standard
 * Webhooks says.
 *
 * CloudEvents 1.0.2, https://github.com/cloudevents/spec (core, JSON format, HTTP binding).
 * Standard Webhooks, https://github.com/standard-webhooks/standard-webhooks: webhook-signature is
 * "v1," and base64 of HMAC-SHA-256 over id "." timestamp "." body, one for each live secret,
 * divided by blanks. */
#ifndef COUNTERSIGN_SERVICE_EVENT_BODY_H
#define COUNTERSIGN_SERVICE_EVENT_BODY_H

#include "base/digest.h"
#include "store/store_event.h"

enum { EVENT_KEYS = 2, EVENT_SIGNATURE_BYTES = 128 };
/* What stands before the name of an event in "type". */
#define EVENT_TYPE_PREFIX "countersign."

/* The body: the same whenever and by whomever it is sent. source: who tells it. Sets body->over
 * when it does not fit. */
void event_body(const struct store_event *event, struct str source, struct buf *body);
/* The value of webhook-signature; keys: NULL where there is none. at_s: seconds since 1970, sent as
 * webhook-timestamp. */
void event_sign(struct hmac *const keys[EVENT_KEYS], struct str uid, int64_t at_s, struct str body,
                struct buf *signature);

#endif
