/* The Raspberry Pi Pico's UART0 on GP0, the SDK's default for text. */
#include "registers.h"
#include "uart.h"

#define RESETS_RESET_CLEAR REG32(0x4000F000u)
#define RESETS_RESET_DONE REG32(0x4000C008u)
#define RESET_UART0 (1u << 22)
#define GPIO0_CTRL REG32(0x40014004u)
#define FUNCTION_UART 2u

#define UARTDR REG32(0x40034000u)
#define UARTFR REG32(0x40034018u)
#define UARTIBRD REG32(0x40034024u)
#define UARTFBRD REG32(0x40034028u)
#define UARTLCR_H REG32(0x4003402Cu)
#define UARTCR REG32(0x40034030u)
#define FR_TXFF (1u << 5)
#define LCR_H_8_BITS (3u << 5)
#define CR_UARTEN (1u << 0)
#define CR_TXE (1u << 8)

/* 125 MHz / (16 * 115200) = 67 and 52/64 */
#define WHOLE 67u
#define SIXTY_FOURTHS 52u

void uart_init(void) {
  RESETS_RESET_CLEAR = RESET_UART0;
  while ((RESETS_RESET_DONE & RESET_UART0) == 0) {
  }
  UARTIBRD = WHOLE;
  UARTFBRD = SIXTY_FOURTHS;
  UARTLCR_H = LCR_H_8_BITS;
  UARTCR = CR_UARTEN | CR_TXE;
  GPIO0_CTRL = FUNCTION_UART;
}

void uart_putc(char character) {
  while ((UARTFR & FR_TXFF) != 0) {
  }
  UARTDR = (uint8_t)character;
}
