#include "board.h"
#include "registers.h"

#define REG8(address) (*(volatile uint8_t *)(address))
#define REG16(address) (*(volatile uint16_t *)(address))

#define SYSCTRL_PCLKSR REG32(0x4000080Cu)
#define SYSCTRL_XOSC32K REG16(0x40000814u)
#define SYSCTRL_DFLLCTRL REG16(0x40000824u)
#define SYSCTRL_DFLLMUL REG32(0x4000082Cu)
#define PCLKSR_XOSC32KRDY (1u << 1)
#define PCLKSR_DFLLRDY (1u << 4)
#define PCLKSR_DFLLLOCKED (3u << 6) /* fine and coarse */
#define XOSC32K_ENABLE (1u << 1)
#define XOSC32K_XTALEN (1u << 2)
#define XOSC32K_EN32K (1u << 3)
#define XOSC32K_STARTUP_62_MS (2u << 8)
#define DFLLCTRL_ENABLE (1u << 1)
#define DFLLCTRL_MODE (1u << 2) /* closed loop */
#define DFLLMUL_CSTEP (31u << 26)
#define DFLLMUL_FSTEP (511u << 16)

#define GCLK_STATUS REG8(0x40000C01u)
#define GCLK_CLKCTRL REG16(0x40000C02u)
#define GCLK_GENCTRL REG32(0x40000C04u)
#define STATUS_SYNCBUSY (1u << 7)
#define CLKCTRL_DFLL48M_FROM_GENERATOR_1 (1u << 14 | 1u << 8 | 0u)
#define GENCTRL_GENEN (1u << 16)
#define GENCTRL_XOSC32K (5u << 8)
#define GENCTRL_DFLL48M (7u << 8)

#define NVMCTRL_CTRLB REG32(0x41004004u)
#define CTRLB_MANW (1u << 7)
#define CTRLB_RWS_1 (1u << 1)

static void wait_for(uint32_t flags) {
  while ((SYSCTRL_PCLKSR & flags) != flags) {
  }
}

static void generate(uint32_t generator, uint32_t source) {
  GCLK_GENCTRL = GENCTRL_GENEN | source | generator;
  while ((GCLK_STATUS & STATUS_SYNCBUSY) != 0) {
  }
}

/* 48 MHz from the DFLL48M, which multiplies the crystal's 32.768 kHz by 1465. */
void SystemInit(void) {
  NVMCTRL_CTRLB = CTRLB_MANW | CTRLB_RWS_1;
  SYSCTRL_XOSC32K = XOSC32K_STARTUP_62_MS | XOSC32K_XTALEN | XOSC32K_EN32K;
  SYSCTRL_XOSC32K |= XOSC32K_ENABLE; /* a write of its own (as ArduinoCore-samd does it) */
  wait_for(PCLKSR_XOSC32KRDY);
  generate(1, GENCTRL_XOSC32K);
  GCLK_CLKCTRL = CLKCTRL_DFLL48M_FROM_GENERATOR_1;

  SYSCTRL_DFLLCTRL = DFLLCTRL_ENABLE; /* without ONDEMAND, before anything else is set */
  wait_for(PCLKSR_DFLLRDY);
  SYSCTRL_DFLLMUL = DFLLMUL_CSTEP | DFLLMUL_FSTEP | 1465u;
  wait_for(PCLKSR_DFLLRDY);
  SYSCTRL_DFLLCTRL |= DFLLCTRL_MODE;
  wait_for(PCLKSR_DFLLRDY | PCLKSR_DFLLLOCKED);
  generate(0, GENCTRL_DFLL48M);
}
