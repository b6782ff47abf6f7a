/* The SAU, whose regions the subsystem's own attribution makes Secure where address bit 28 is set, and
 * its leave for gateways in the window of code. The coupled memories have no controller of their own. */
#include "attribution.h"
#include "registers.h"

#define SAU_CTRL REG32(0xE000EDD0u)
#define SAU_RNR REG32(0xE000EDD8u)
#define SAU_RBAR REG32(0xE000EDDCu)
#define SAU_RLAR REG32(0xE000EDE0u)
#define CALLABLE 2u

#define NSCCFG REG32(0x50080014u)
#define CODENSC 1u

static void region(uint32_t number, uint32_t start, uint32_t end, uint32_t attribute) {
  SAU_RNR = number;
  SAU_RBAR = start;
  SAU_RLAR = (end - 32u) | attribute | 1u;
}

void give_away(void) {
  NSCCFG = CODENSC;
  region(0, (uint32_t)__nonsecure_start, (uint32_t)__nonsecure_end, 0);
  region(1, (uint32_t)__nonsecure_ram_start, (uint32_t)__nonsecure_ram_end, 0);
  region(2, (uint32_t)__gateway_start, (uint32_t)__gateway_end, CALLABLE);
  SAU_CTRL = 1;
}
