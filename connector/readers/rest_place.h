/* rest_place.h: what the configuration says of a rest source, judged. */
#ifndef COUNTERSIGN_READERS_REST_PLACE_H
#define COUNTERSIGN_READERS_REST_PLACE_H

#include "readers/rest_question.h"

/* Everything in the arena. False with ERR_CONFIG and the setting it is about. Blocking where the
 * profile is a file. */
MUST_CHECK bool rest_place_read(struct arena *arena, const struct reader_config *config,
                                struct rest_place *ret, struct str *ret_token_url,
                                const char **ret_setting, struct err *err);

#endif
