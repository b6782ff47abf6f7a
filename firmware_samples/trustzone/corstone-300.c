/* The SAU, whose regions the subsystem's own attribution makes Secure where address bit 28 is set, and
 * its leave for gateways in the window of code. The gates before the coupled memories are opened for all
 * that the Non-secure image has there. */
#include "attribution.h"
#include "registers.h"

#define SAU_CTRL REG32(0xE000EDD0u)
#define SAU_RNR REG32(0xE000EDD8u)
#define SAU_RBAR REG32(0xE000EDDCu)
#define SAU_RLAR REG32(0xE000EDE0u)
#define CALLABLE 2u

#define NSCCFG REG32(0x50080014u)
#define CODENSC 1u
#define DTCM 0x20000000u

/* Of the gates before ITCM and DTCM: a bit for each block. QEMU has neither. */
#define ITGU 0xE001E500u
#define DTGU 0xE001E600u
#define TGU_CFG(gate) REG32((gate) + 4u)
#define TGU_LUT(gate, n) REG32((gate) + 0x10u + 4u * (n))

static void open_gate(uint32_t gate, uint32_t start, uint32_t end) {
  const uint32_t block_shift = (TGU_CFG(gate) & 15u) + 5u;
  for (uint32_t n = start >> block_shift; n < end >> block_shift; ++n) {
    TGU_LUT(gate, n / 32u) |= 1u << n % 32u;
  }
}

static void region(uint32_t number, uint32_t start, uint32_t end, uint32_t attribute) {
  SAU_RNR = number;
  SAU_RBAR = start;
  SAU_RLAR = (end - 32u) | attribute | 1u;
}

void give_away(void) {
  NSCCFG = CODENSC;
  open_gate(ITGU, (uint32_t)__nonsecure_start, (uint32_t)__nonsecure_end);
  open_gate(DTGU, (uint32_t)__nonsecure_ram_start - DTCM, (uint32_t)__nonsecure_ram_end - DTCM);
  region(0, (uint32_t)__nonsecure_start, (uint32_t)__nonsecure_end, 0);
  region(1, (uint32_t)__nonsecure_ram_start, (uint32_t)__nonsecure_ram_end, 0);
  region(2, (uint32_t)__gateway_start, (uint32_t)__gateway_end, CALLABLE);
  SAU_CTRL = 1;
}
