/* banned.h: force-included everywhere. Functions that make mistakes easy do not compile. */
#ifndef COUNTERSIGN_BASE_BANNED_H
#define COUNTERSIGN_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat sprintf vsprintf strtok gets strncpy strncat atoi atol atof rand srand localtime gmtime \
    asctime ctime system popen alloca

#endif
