/* console.h: the console's side of the service: who asks, which page, what the page is told, and
 * the answer. The pages themselves (connector/console) are pure: a struct in, bytes out.
 *
 * Pages are served by the operations listener. Who sees them: a token of `api.tokens` with the role
 * view or audit (as Bearer, or as the password that a browser asks for), whom a listed proxy names,
 * and, without either, this machine (section `console`). A viewer sees numbers and keys of tickets;
 * an auditor also people's names and what they wrote. No cookies. */
#ifndef COUNTERSIGN_SERVICE_CONSOLE_H
#define COUNTERSIGN_SERVICE_CONSOLE_H

#include "service/service.h"

/* One look at one page; lives as long as the request. */
struct console_visit {
    struct service *svc;
    struct serve_request *request;
    enum console_role role; /* at least what the page asks for */
    struct str who;   /* as the record has it: "token audit-firm", "j.silva", "this machine" */
    struct str rest;  /* of the path, behind that of the route; still percent-encoded */
    const char *root; /* for struct frame */
    void *page;       /* of whoever makes the page */
};

/* Fills a struct and answers with console_reply or console_notice, exactly once, now or later. */
typedef void console_page_fn(struct console_visit *visit);

/* False: the path is none of the console's, nothing was answered. */
bool console_serve(struct service *svc, struct serve_request *request);

/* page: what frame_render wrote; fits: what it returned. A page that does not fit is told as such.
 */
void console_reply(struct console_visit *visit, int status, const struct buf *page, bool fits);
/* A page that says what is the matter, and what to do. */
void console_notice(struct console_visit *visit, int status, struct str title, struct str why,
                    struct str remedy);
/* The database does not answer (503). */
void console_away(struct console_visit *visit);
/* For a store's document: true when there is one, parsed; else it is answered (503, or 404 with
 * `missing`). */
bool console_document(struct console_visit *visit, enum store_outcome outcome, struct str json,
                      const char *missing, const struct json **ret);

/* Before evidence about one request is shown: that it is seen, by whom and as what, becomes
 * evidence. then: called once that is stored; when it cannot be, the visit is answered and nothing
 * is shown. request_id: a uuid. */
void console_record(struct console_visit *visit, struct str request_id, console_page_fn *then);

#endif
