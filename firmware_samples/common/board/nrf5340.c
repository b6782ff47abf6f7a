#include "board.h"
#include "registers.h"

#define CACHE_ENABLE REG32(0x50001500u)

/* The flash cache is off after reset; production firmware turns it on. */
void SystemInit(void) { CACHE_ENABLE = 1; }
