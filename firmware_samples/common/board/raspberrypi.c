/* Clocks of the RP2040 and RP2350, whose blocks are the same at other addresses. The including file
 * defines RESETS, XOSC, PLL_SYS and CLOCKS, the bits of RESETS, and PLL_FIRST_DIVIDER. */
#include "board.h"
#include "registers.h"

#define CLEAR 0x3000u /* alias that clears bits */

#define RESETS_RESET_CLEAR REG32(RESETS + CLEAR)
#define RESETS_RESET_DONE REG32(RESETS + 0x08u)

#define XOSC_CTRL REG32(XOSC + 0x00u)
#define XOSC_STATUS REG32(XOSC + 0x04u)
#define XOSC_STARTUP REG32(XOSC + 0x0Cu)
#define XOSC_ENABLE_1_TO_15_MHZ (0xFABu << 12 | 0xAA0u)
#define XOSC_STABLE (1u << 31)
#define XOSC_1_MS 47u /* times 256 periods of 12 MHz */

#define PLL_SYS_CS REG32(PLL_SYS + 0x00u)
#define PLL_SYS_PWR_CLEAR REG32(PLL_SYS + CLEAR + 0x04u)
#define PLL_SYS_FBDIV REG32(PLL_SYS + 0x08u)
#define PLL_SYS_PRIM REG32(PLL_SYS + 0x0Cu)
#define PLL_LOCK (1u << 31)
#define PWR_PD (1u << 0)
#define PWR_POSTDIVPD (1u << 3)
#define PWR_VCOPD (1u << 5)

#define CLK_REF_CTRL REG32(CLOCKS + 0x30u)
#define CLK_REF_SELECTED REG32(CLOCKS + 0x38u)
#define CLK_SYS_CTRL REG32(CLOCKS + 0x3Cu)
#define CLK_SYS_SELECTED REG32(CLOCKS + 0x44u)
#define CLK_PERI_CTRL REG32(CLOCKS + 0x48u)
#define CLK_REF_FROM_XOSC 2u
#define CLK_SYS_FROM_AUX 1u /* whose source is PLL_SYS at reset */
#define CLK_PERI_ENABLE_FROM_SYS (1u << 11)

static void release(uint32_t blocks) {
  RESETS_RESET_CLEAR = blocks;
  while ((RESETS_RESET_DONE & blocks) != blocks) {
  }
}

/* 12 MHz * 125 = 1500 MHz, / PLL_FIRST_DIVIDER / 2. */
void SystemInit(void) {
  XOSC_STARTUP = XOSC_1_MS;
  XOSC_CTRL = XOSC_ENABLE_1_TO_15_MHZ;
  while ((XOSC_STATUS & XOSC_STABLE) == 0) {
  }
  CLK_REF_CTRL = CLK_REF_FROM_XOSC;
  while (CLK_REF_SELECTED != 1u << CLK_REF_FROM_XOSC) {
  }

  release(RESET_PLL_SYS);
  PLL_SYS_CS = 1;
  PLL_SYS_FBDIV = 125;
  PLL_SYS_PWR_CLEAR = PWR_PD | PWR_VCOPD;
  while ((PLL_SYS_CS & PLL_LOCK) == 0) {
  }
  PLL_SYS_PRIM = PLL_FIRST_DIVIDER << 16 | 2u << 12;
  PLL_SYS_PWR_CLEAR = PWR_POSTDIVPD;
  CLK_SYS_CTRL = CLK_SYS_FROM_AUX;
  while (CLK_SYS_SELECTED != 1u << CLK_SYS_FROM_AUX) {
  }
  CLK_PERI_CTRL = CLK_PERI_ENABLE_FROM_SYS;
  release(RESET_IO_BANK0 | RESET_PADS_BANK0);
}
