/* The Arduino Zero's SERCOM5 as a USART; PB22 (pad 2) leads to the EDBG's virtual COM port. */
#include "registers.h"
#include "uart.h"

#define REG8(address) (*(volatile uint8_t *)(address))
#define REG16(address) (*(volatile uint16_t *)(address))

#define PM_APBCMASK REG32(0x40000420u)
#define APBCMASK_SERCOM5 (1u << 7)
#define GCLK_CLKCTRL REG16(0x40000C02u)
#define CLKCTRL_SERCOM5_FROM_GENERATOR_0 (1u << 14 | 0u << 8 | 0x19u)
#define PORT_PMUX_PB22 REG8(0x41004400u + 0x80u + 0x30u + 11u)
#define PORT_PINCFG_PB22 REG8(0x41004400u + 0x80u + 0x40u + 22u)
#define PMUX_EVEN_D 3u
#define PINCFG_PMUXEN (1u << 0)

#define SERCOM5 0x42001C00u
#define USART_CTRLA REG32(SERCOM5 + 0x00u)
#define USART_CTRLB REG32(SERCOM5 + 0x04u)
#define USART_BAUD REG16(SERCOM5 + 0x0Cu)
#define USART_INTFLAG REG8(SERCOM5 + 0x18u)
#define USART_SYNCBUSY REG32(SERCOM5 + 0x1Cu)
#define USART_DATA REG16(SERCOM5 + 0x28u)
#define CTRLA_ENABLE (1u << 1)
#define CTRLA_INTERNAL_CLOCK (1u << 2)
#define CTRLA_TXPO_PAD_2 (1u << 16)
#define CTRLA_LSB_FIRST (1u << 30)
#define CTRLB_TXEN (1u << 16)
#define INTFLAG_DRE (1u << 0)

/* 65536 * (1 - 16 * 115200 / 48 MHz) */
#define BAUD_115200 63019u

static void synchronise(void) {
  while (USART_SYNCBUSY != 0) {
  }
}

void uart_init(void) {
  PM_APBCMASK |= APBCMASK_SERCOM5;
  GCLK_CLKCTRL = CLKCTRL_SERCOM5_FROM_GENERATOR_0;
  PORT_PMUX_PB22 = PMUX_EVEN_D;
  PORT_PINCFG_PB22 = PINCFG_PMUXEN;
  USART_CTRLA = CTRLA_LSB_FIRST | CTRLA_TXPO_PAD_2 | CTRLA_INTERNAL_CLOCK;
  USART_BAUD = BAUD_115200;
  USART_CTRLB = CTRLB_TXEN;
  synchronise();
  USART_CTRLA |= CTRLA_ENABLE;
  synchronise();
}

void uart_putc(char character) {
  while ((USART_INTFLAG & INTFLAG_DRE) == 0) {
  }
  USART_DATA = (uint8_t)character;
}
