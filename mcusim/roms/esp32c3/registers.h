/* Registers of the ESP32-C3 that the ROM's services use (names as in esp-idf, soc/esp32c3). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REG32(address) (*(volatile uint32_t *)(address))

#define UART_FIFO(n) REG32(0x60000000u + 0x10000u * (n))
#define UART_INT_CLR(n) REG32(0x60000010u + 0x10000u * (n))
#define UART_CLKDIV(n) REG32(0x60000014u + 0x10000u * (n))
#define UART_STATUS(n) REG32(0x6000001Cu + 0x10000u * (n))
#define UART_FSM_STATUS(n) REG32(0x6000006Cu + 0x10000u * (n))

#define SPI1(offset) REG32(0x60002000u + (offset))
#define SPI_CMD SPI1(0x00)
#define SPI_ADDR SPI1(0x04)
#define SPI_USER SPI1(0x18)
#define SPI_USER1 SPI1(0x1C)
#define SPI_USER2 SPI1(0x20)
#define SPI_MOSI_DLEN SPI1(0x24)
#define SPI_MISO_DLEN SPI1(0x28)
#define SPI_W(n) SPI1(0x58 + 4 * (n))

#define GPIO_OUT_W1TS REG32(0x60004008u)
#define GPIO_OUT_W1TC REG32(0x6000400Cu)
#define GPIO_ENABLE_W1TS REG32(0x60004024u)
#define GPIO_ENABLE_W1TC REG32(0x60004028u)
#define GPIO_IN REG32(0x6000403Cu)
#define GPIO_FUNC_IN_SEL(n) REG32(0x60004154u + 4u * (n))
#define GPIO_FUNC_OUT_SEL(n) REG32(0x60004554u + 4u * (n))
#define IO_MUX_PIN(n) REG32(0x60009004u + 4u * (n))

#define RTC_OPTIONS0 REG32(0x60008000u)
#define RTC_RESET_STATE REG32(0x60008038u)
#define RTC_WAKEUP_CAUSE REG32(0x600080F8u)
#define RTC_DIG_PAD_HOLD REG32(0x600080D4u)
#define EFUSE_MAC_0 REG32(0x60008844u)
#define EFUSE_MAC_1 REG32(0x60008848u)
#define APB_CLOCK_HZ 80000000u
#define XTAL_HZ 40000000u

#define CACHE_CTRL REG32(0x600C4000u)
#define CACHE_SYNC_CTRL REG32(0x600C4028u)
#define CACHE_SYNC_ADDR REG32(0x600C402Cu)
#define CACHE_SYNC_SIZE REG32(0x600C4030u)
#define CACHE_AUTOLOAD REG32(0x600C4040u)
#define CACHE_FREEZE REG32(0x600C40CCu)
#define MMU_ENTRY(n) REG32(0x600C5000u + 4u * (n))

#define INTERRUPT_MAP(n) REG32(0x600C2000u + 4u * (n))
#define INTERRUPT_ENABLE REG32(0x600C2104u)
#define INTERRUPT_TYPE REG32(0x600C2108u)
#define INTERRUPT_PRIORITY(n) REG32(0x600C2114u + 4u * (n))
#define INTERRUPT_THRESHOLD REG32(0x600C2194u)

/* Of the simulation: a write of an address ends the run with the name of the function there. */
#define MISSING_FUNCTION REG32(0x600FF000u)
