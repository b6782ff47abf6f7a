/* The Raspberry Pi Pico 2's UART0 on GP0, the SDK's default for text. */
#include "registers.h"
#include "uart.h"

#define RESETS_RESET_CLEAR REG32(0x40023000u)
#define RESETS_RESET_DONE REG32(0x40020008u)
#define RESET_UART0 (1u << 26)
#define GPIO0_CTRL REG32(0x40028004u)
#define GPIO0_PAD REG32(0x40038004u)
#define PAD_CONNECTED 0x56u /* no longer isolated (ISO) */
#define FUNCTION_UART 2u

#define UARTDR REG32(0x40070000u)
#define UARTFR REG32(0x40070018u)
#define UARTIBRD REG32(0x40070024u)
#define UARTFBRD REG32(0x40070028u)
#define UARTLCR_H REG32(0x4007002Cu)
#define UARTCR REG32(0x40070030u)
#define FR_TXFF (1u << 5)
#define LCR_H_8_BITS (3u << 5)
#define CR_UARTEN (1u << 0)
#define CR_TXE (1u << 8)

/* 150 MHz / (16 * 115200) = 81 and 24/64 */
#define WHOLE 81u
#define SIXTY_FOURTHS 24u

void uart_init(void) {
  RESETS_RESET_CLEAR = RESET_UART0;
  while ((RESETS_RESET_DONE & RESET_UART0) == 0) {
  }
  UARTIBRD = WHOLE;
  UARTFBRD = SIXTY_FOURTHS;
  UARTLCR_H = LCR_H_8_BITS;
  UARTCR = CR_UARTEN | CR_TXE;
  GPIO0_PAD = PAD_CONNECTED;
  GPIO0_CTRL = FUNCTION_UART;
}

void uart_putc(char character) {
  while ((UARTFR & FR_TXFF) != 0) {
  }
  UARTDR = (uint8_t)character;
}
