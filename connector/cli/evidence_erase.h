/* evidence_erase.h: `evidence erase`: a person is erased. */
#ifndef COUNTERSIGN_CLI_EVIDENCE_ERASE_H
#define COUNTERSIGN_CLI_EVIDENCE_ERASE_H

struct cli;

/* EXIT_CODE_DIFFERENT: something had to be kept, and why is told; what may be another person's was
 * left alone; or nobody is known by that name. */
int evidence_erase(struct cli *cli);

#endif
