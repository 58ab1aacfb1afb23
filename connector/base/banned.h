/* banned.h: force-included everywhere. Functions that make mistakes easy do not compile. */
#ifndef COUNTERSIGN_BASE_BANNED_H
#define COUNTERSIGN_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* words that third-party headers use as names (rand, system, alloca) are left to the lint test
 * check_banned.py */
#undef sprintf /* a macro of glibc's under clang */
#pragma GCC poison strcpy strcat sprintf vsprintf strtok strncpy strncat atoi atol atof srand
#pragma GCC poison localtime gmtime asctime ctime popen

#endif
