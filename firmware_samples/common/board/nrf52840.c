#include "board.h"
#include "registers.h"

#define NVMC_ICACHECNF REG32(0x4001E540u)
#define ICACHECNF_CACHEEN (1u << 0)

/* The instruction cache is off after reset; production firmware turns it on. */
void SystemInit(void) { NVMC_ICACHECNF = ICACHECNF_CACHEEN; }
