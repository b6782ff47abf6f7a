/* The STM32U575 at 160 MHz: SMPS, Range 1 with the booster, MSIS 4 MHz * 80 / 2, ICACHE. */
#include "board.h"
#include "registers.h"

#define FLASH_ACR REG32(0x40022000u)
#define ACR_LATENCY 0xFu
#define ACR_4WS 4u
#define ACR_PRFTEN (1u << 8)
#define ICACHE_CR REG32(0x40030400u)
#define ICACHE_CR_EN (1u << 0)

#define RCC_CR REG32(0x46020C00u)
#define RCC_CFGR1 REG32(0x46020C1Cu)
#define RCC_PLL1CFGR REG32(0x46020C28u)
#define RCC_PLL1DIVR REG32(0x46020C34u)
#define RCC_AHB3ENR REG32(0x46020C94u)
#define CR_PLL1ON (1u << 24)
#define CR_PLL1RDY (1u << 25)
#define CFGR1_SW_PLL1 3u
#define CFGR1_SWS (3u << 2)
#define PLL1CFGR_MSIS 1u
#define PLL1CFGR_REN (1u << 18)

#define PWR_CR3 REG32(0x46020808u)
#define PWR_VOSR REG32(0x4602080Cu)
#define PWR_SVMSR REG32(0x4602083Cu)
#define CR3_REGSEL (1u << 1)
#define SVMSR_REGS (1u << 1)
#define VOSR_RANGE1 (3u << 16)
#define VOSR_BOOSTEN (1u << 18)
#define VOSR_READY (3u << 14)

static void wait_until(volatile uint32_t *at, uint32_t mask, uint32_t value) {
  while ((*at & mask) != value) {
  }
}

void SystemInit(void) {
  RCC_AHB3ENR |= 1u << 2; /* PWR */
  PWR_CR3 |= CR3_REGSEL;
  wait_until(&PWR_SVMSR, SVMSR_REGS, SVMSR_REGS);
  RCC_PLL1CFGR = PLL1CFGR_MSIS; /* the booster's clock: MSIS / 1 */
  PWR_VOSR = VOSR_RANGE1 | VOSR_BOOSTEN;
  wait_until(&PWR_VOSR, VOSR_READY, VOSR_READY);
  FLASH_ACR = ACR_4WS | ACR_PRFTEN;
  wait_until(&FLASH_ACR, ACR_LATENCY, ACR_4WS);
  ICACHE_CR |= ICACHE_CR_EN;
  RCC_PLL1DIVR = 79u | 1u << 9 | 1u << 16 | 1u << 24; /* N = 80, R = 2 */
  RCC_PLL1CFGR |= PLL1CFGR_REN;
  RCC_CR |= CR_PLL1ON;
  wait_until(&RCC_CR, CR_PLL1RDY, CR_PLL1RDY);
  RCC_CFGR1 = CFGR1_SW_PLL1;
  wait_until(&RCC_CFGR1, CFGR1_SWS, CFGR1_SWS);
}
