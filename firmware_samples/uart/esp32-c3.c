/* The ESP32-C3-DevKitM-1's UART0, on GPIO21, to the board's USB bridge. */
#include "registers.h"
#include "uart.h"

#define UART_FIFO REG32(0x60000000u)
#define UART_CLKDIV REG32(0x60000014u)
#define UART_STATUS REG32(0x6000001Cu)
#define UART_CLK_CONF REG32(0x60000078u)
#define UART_ID REG32(0x60000080u)
#define CLK_CONF_SCLK_SEL_XTAL (3u << 20)
#define CLK_CONF_ENABLE (1u << 25 | 1u << 24 | 1u << 22)
#define UART_UPDATE (1u << 31)

/* 40 MHz / 115200 in sixteenths: 347 and 4/16. */
#define CLKDIV_115200 (347u | 4u << 20)

void uart_init(void) {
  UART_CLK_CONF = CLK_CONF_ENABLE | CLK_CONF_SCLK_SEL_XTAL;
  UART_CLKDIV = CLKDIV_115200;
  UART_ID |= UART_UPDATE;
  while ((UART_ID & UART_UPDATE) != 0) {
  }
}

void uart_putc(char character) {
  while ((UART_STATUS >> 16 & 0x3FFu) != 0) { /* bytes in the FIFO */
  }
  UART_FIFO = (uint8_t)character;
}
