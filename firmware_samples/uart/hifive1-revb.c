/* The HiFive1 Rev B's UART 0; GPIO 17 leads to the debugger's virtual COM port. */
#include "registers.h"
#include "uart.h"

#define GPIO_IOF_EN REG32(0x10012038u)
#define GPIO_IOF_SEL REG32(0x1001203Cu)
#define PINS_UART0 (3u << 16)

#define UART0_TXDATA REG32(0x10013000u)
#define UART0_TXCTRL REG32(0x10013008u)
#define UART0_DIV REG32(0x10013018u)
#define TXDATA_FULL (1u << 31)
#define TXCTRL_TXEN (1u << 0)

/* 256 MHz / 115200, and one less */
#define DIV_115200 2221u

void uart_init(void) {
  GPIO_IOF_SEL &= ~PINS_UART0;
  GPIO_IOF_EN |= PINS_UART0;
  UART0_DIV = DIV_115200;
  UART0_TXCTRL = TXCTRL_TXEN;
}

void uart_putc(char character) {
  while ((UART0_TXDATA & TXDATA_FULL) != 0) {
  }
  UART0_TXDATA = (uint8_t)character;
}
