/* The threads of the sampler. */
#include "os.c"
