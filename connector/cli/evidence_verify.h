/* evidence_verify.h: `evidence verify`, offline, whatever file of evidence it is given. */
#ifndef COUNTERSIGN_CLI_EVIDENCE_VERIFY_H
#define COUNTERSIGN_CLI_EVIDENCE_VERIFY_H

struct cli;

/* The words behind `verify`; usage: of the command. Returns an exit code. */
int evidence_verify(struct cli *cli, const char *usage);

#endif
