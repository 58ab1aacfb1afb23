/* config_event.h: the signing secret of a subscriber, as bytes. */
#ifndef COUNTERSIGN_CONFIG_EVENT_H
#define COUNTERSIGN_CONFIG_EVENT_H

#include "base/buf.h"

/* "whsec_" and base64 of 24 to 64 bytes (Standard Webhooks, "Signature scheme"). False for anything
 * else; the bytes are added to `key`. */
MUST_CHECK bool config_event_key(struct str secret, struct buf *key);

#endif
