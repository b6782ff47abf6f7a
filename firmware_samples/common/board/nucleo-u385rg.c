/* The STM32U385 at 96 MHz: SMPS, Range 1 with the booster, MSIS from MSIRC0, ICACHE. */
#include "board.h"
#include "registers.h"

#define FLASH_ACR REG32(0x40022000u)
#define ACR_LATENCY 0xFu
#define ACR_2WS 2u
#define ACR_PRFTEN (1u << 8)
#define ICACHE_CR REG32(0x40030400u)
#define ICACHE_CR_EN (1u << 0)

#define RCC_CR REG32(0x40030C00u)
#define RCC_ICSCR1 REG32(0x40030C08u)
#define RCC_CFGR4 REG32(0x40030C28u)
#define RCC_AHB1ENR2 REG32(0x40030C94u)
#define CR_MSISRDY (1u << 2)
#define CFGR4_BOOSTSEL_MSIS 1u
#define ICSCR1_MSIRGSEL (1u << 23)

#define PWR_CR3 REG32(0x40030808u)
#define PWR_VOSR REG32(0x4003080Cu)
#define PWR_SVMSR REG32(0x4003083Cu)
#define CR3_REGSEL (1u << 1)
#define SVMSR_REGS (1u << 1)
#define VOSR_R1EN (1u << 0)
#define VOSR_BOOSTEN (1u << 8)
#define VOSR_R1RDY (1u << 16)
#define VOSR_BOOSTRDY (1u << 24)

static void wait_until(volatile uint32_t *at, uint32_t mask, uint32_t value) {
  while ((*at & mask) != value) {
  }
}

void SystemInit(void) {
  RCC_AHB1ENR2 |= 1u << 2; /* PWR */
  PWR_CR3 |= CR3_REGSEL;
  wait_until(&PWR_SVMSR, SVMSR_REGS, SVMSR_REGS);
  RCC_CFGR4 = CFGR4_BOOSTSEL_MSIS;
  PWR_VOSR = VOSR_R1EN;
  wait_until(&PWR_VOSR, VOSR_R1RDY, VOSR_R1RDY);
  PWR_VOSR |= VOSR_BOOSTEN;
  wait_until(&PWR_VOSR, VOSR_BOOSTRDY, VOSR_BOOSTRDY);
  FLASH_ACR = ACR_2WS | ACR_PRFTEN;
  wait_until(&FLASH_ACR, ACR_LATENCY, ACR_2WS);
  ICACHE_CR |= ICACHE_CR_EN;
  wait_until(&RCC_CR, CR_MSISRDY, CR_MSISRDY);
  RCC_ICSCR1 = ICSCR1_MSIRGSEL; /* MSIS and MSIK: MSIRC0 / 1 */
  wait_until(&RCC_CR, CR_MSISRDY, CR_MSISRDY);
}
