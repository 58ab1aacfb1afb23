/* icon.h: the pictures that a link from a ticket to its evidence shows. They are the same for
 * everybody and say nothing about anybody: they are served without a credential, to browsers that
 * show Jira's pages. */
#ifndef COUNTERSIGN_SERVICE_ICON_H
#define COUNTERSIGN_SERVICE_ICON_H

#include "io/io_serve.h"

/* name: "verified.svg", the rest of the path /icon/. Replies. */
void icon_serve(struct serve_request *request, struct str name);

#endif
