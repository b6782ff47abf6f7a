#include "board.h"
#include "registers.h"

#define RESETS_RESET_CLEAR REG32(0x40023000u)
#define RESETS_RESET_DONE REG32(0x40020008u)
#define RESET_IO_BANK0 (1u << 6)
#define RESET_PADS_BANK0 (1u << 9)
#define RESET_PLL_SYS (1u << 14)

#define XOSC_CTRL REG32(0x40048000u)
#define XOSC_STATUS REG32(0x40048004u)
#define XOSC_STARTUP REG32(0x4004800Cu)
#define XOSC_ENABLE_1_TO_15_MHZ (0xFABu << 12 | 0xAA0u)
#define XOSC_STABLE (1u << 31)
#define XOSC_1_MS 47u /* times 256 periods of 12 MHz */

#define PLL_SYS_CS REG32(0x40050000u)
#define PLL_SYS_PWR_CLEAR REG32(0x40053004u)
#define PLL_SYS_FBDIV REG32(0x40050008u)
#define PLL_SYS_PRIM REG32(0x4005000Cu)
#define PLL_LOCK (1u << 31)
#define PWR_PD (1u << 0)
#define PWR_POSTDIVPD (1u << 3)
#define PWR_VCOPD (1u << 5)

#define CLK_REF_CTRL REG32(0x40010030u)
#define CLK_REF_SELECTED REG32(0x40010038u)
#define CLK_SYS_CTRL REG32(0x4001003Cu)
#define CLK_SYS_SELECTED REG32(0x40010044u)
#define CLK_PERI_CTRL REG32(0x40010048u)
#define CLK_REF_FROM_XOSC 2u
#define CLK_SYS_FROM_AUX 1u /* whose source is PLL_SYS at reset */
#define CLK_PERI_ENABLE_FROM_SYS (1u << 11)

static void release(uint32_t blocks) {
  RESETS_RESET_CLEAR = blocks;
  while ((RESETS_RESET_DONE & blocks) != blocks) {
  }
}

/* 12 MHz * 125 = 1500 MHz, / 5 / 2 = 150 MHz. */
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
  PLL_SYS_PRIM = 5u << 16 | 2u << 12;
  PLL_SYS_PWR_CLEAR = PWR_POSTDIVPD;
  CLK_SYS_CTRL = CLK_SYS_FROM_AUX;
  while (CLK_SYS_SELECTED != 1u << CLK_SYS_FROM_AUX) {
  }
  CLK_PERI_CTRL = CLK_PERI_ENABLE_FROM_SYS;
  release(RESET_IO_BANK0 | RESET_PADS_BANK0);
}

/* What the boot ROM looks for in the first 4 kB, so behind the vectors: an executable for the Arm
 * cores, Secure (pico-sdk, boot/picobin.h). */
__attribute__((section(".isr_vector"), used)) static const uint32_t image_def[] = {
    0xFFFFDED3u, 0x10210142u, 0x000001FFu, 0, 0xAB123579u};
