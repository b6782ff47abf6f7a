#include "board.h"
#include "registers.h"

#define PRCI_HFXOSCCFG REG32(0x10008004u)
#define PRCI_PLLCFG REG32(0x10008008u)
#define PRCI_PLLOUTDIV REG32(0x1000800Cu)
#define HFXOSCCFG_READY (1u << 31)
#define PLLCFG_R_2 (1u << 0)
#define PLLCFG_F_64 (31u << 4)
#define PLLCFG_Q_2 (1u << 10)
#define PLLCFG_SEL (1u << 16)
#define PLLCFG_REFSEL_HFXOSC (1u << 17)
#define PLLCFG_LOCK (1u << 31)
#define PLLOUTDIV_BY_1 (1u << 8)

#define CLINT_MTIME REG32(0x0200BFF8u)

/* 256 MHz from the PLL: 16 MHz / 2 * 64 / 2. The flash's clock is an eighth of it as at reset, 32 MHz;
 * its read command allows 50 MHz (IS25LP032D). */
void SystemInit(void) {
  while ((PRCI_HFXOSCCFG & HFXOSCCFG_READY) == 0) {
  }
  PRCI_PLLOUTDIV = PLLOUTDIV_BY_1;
  PRCI_PLLCFG = PLLCFG_REFSEL_HFXOSC | PLLCFG_Q_2 | PLLCFG_F_64 | PLLCFG_R_2;
  /* The lock bit means nothing for the first 100 us (FE310-G002 manual, 6.5): 4 of 33 us, and more. */
  const uint32_t begin = CLINT_MTIME;
  while (CLINT_MTIME - begin < 5) {
  }
  while ((PRCI_PLLCFG & PLLCFG_LOCK) == 0) {
  }
  PRCI_PLLCFG |= PLLCFG_SEL;
}
