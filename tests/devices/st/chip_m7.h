/* Registers of the STM32H7 (RM0433, RM0455) and of the Cortex-M7 that the test firmwares use. */
#include <stdint.h>

#define R(address) (*(volatile uint32_t *)(address))
#define FLASH(offset) R(0x52002000 + (offset))
#define RCC(offset) R(0x58024400 + (offset))
#define PWR(offset) R(0x58024800 + (offset))
#define RTC(offset) R(0x58004000 + (offset))
#define EXTI(offset) R(0x58000000 + (offset))
#define NVIC_ISER(n) R(0xE000E100 + 4 * (n))
#define SCR R(0xE000ED10)
#define MPU_TYPE R(0xE000ED90)
#define CLIDR R(0xE000ED78)
#define CTR R(0xE000ED7C)
#define CCSIDR R(0xE000ED80)
#define CSSELR R(0xE000ED84)
#define MVFR0 R(0xE000EF40)
#define ITCMCR R(0xE000EF90)
#define DTCMCR R(0xE000EF94)

extern volatile uint32_t results[16];
extern void (*volatile handler)(void);
