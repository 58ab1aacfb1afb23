/* jsm_wiki.h: wiki markup, the rich text of Data Center. What people wrote stays text: nothing in
 * it becomes a mark, link, mention, macro, picture or list. Pure.
 *
 * https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all. A character is escaped
 * by a backslash; the backslash itself, and what reads badly behind one, by an HTML entity, which
 * the renderer leaves alone. Where an administrator chose the plain renderer for a field, the
 * escapes are seen. */
#ifndef COUNTERSIGN_JSM_WIKI_H
#define COUNTERSIGN_JSM_WIKI_H

#include "base/arena.h"
#include "json/json_read.h"

/* Plain text as markup that shows just it. */
struct str jsm_wiki_text(struct arena *a, struct str text);
/* An ADF document (jsm_adf) in wiki markup: paragraphs, panels, strong text, line breaks; of other
 * nodes their text. Bounded; STR_NONE when it would be longer than a Jira field holds. */
struct str jsm_wiki_of_adf(struct arena *a, const struct json *document);

#endif
