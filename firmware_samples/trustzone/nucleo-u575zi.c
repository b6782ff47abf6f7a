/* The SAU, whose regions the chip's own attribution makes Secure where address bit 28 is set; the
 * blocks of SRAM, which the GTZC keeps for Secure code, are given away. */
#include "attribution.h"
#include "registers.h"

#define SAU_CTRL REG32(0xE000EDD0u)
#define SAU_RNR REG32(0xE000EDD8u)
#define SAU_RBAR REG32(0xE000EDDCu)
#define SAU_RLAR REG32(0xE000EDE0u)
#define CALLABLE 2u
#define PERIPHERALS 0x40000000u
#define PERIPHERALS_END 0x50000000u

#define RCC_AHB1ENR REG32(0x56020C88u)
#define GTZC1EN (1u << 24)
#define MPCBB1_SECCFGR 0x50032D00u
#define BLOCKS 16384u /* bytes a register speaks of: 32 blocks of 512 */

static void region(uint32_t number, uint32_t start, uint32_t end, uint32_t attribute) {
  SAU_RNR = number;
  SAU_RBAR = start;
  SAU_RLAR = (end - 32u) | attribute | 1u;
}

static void open_blocks(uint32_t first, uint32_t from, uint32_t to) {
  for (uint32_t at = from; at < to; at += BLOCKS) {
    REG32(first + at / BLOCKS * 4u) = 0;
  }
}

void give_away(void) {
  RCC_AHB1ENR |= GTZC1EN;
  open_blocks(MPCBB1_SECCFGR, 0x10000u, 0x30000u); /* SRAM1 behind the first 64 kB */
  region(0, (uint32_t)__nonsecure_start, (uint32_t)__nonsecure_end, 0);
  region(1, (uint32_t)__nonsecure_ram_start, (uint32_t)__nonsecure_ram_end, 0);
  region(2, PERIPHERALS, PERIPHERALS_END, 0);
  region(3, (uint32_t)__gateway_start, (uint32_t)__gateway_end, CALLABLE);
  SAU_CTRL = 1;
}
