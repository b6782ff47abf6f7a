/* What the parts of the boot ROM share. */
#pragma once

#include <stdint.h>

#define REG32(address) (*(volatile uint32_t *)(address))

#define RESETS_RESET_CLEAR REG32(0x4000F000u)
#define RESETS_RESET_DONE REG32(0x4000C008u)

enum { RESET_IO_QSPI = 1 << 6, RESET_PADS_QSPI = 1 << 9, RESET_TBMAN = 1 << 20 };

static inline void unreset(uint32_t blocks) {
  RESETS_RESET_CLEAR = blocks;
  while (~RESETS_RESET_DONE & blocks) {
  }
}

void enter_second_stage(uint32_t address);
void boot_from_flash(void);
void reset_usb_boot(uint32_t activity_pins, uint32_t disabled_interfaces);

uint32_t clz32(uint32_t value);
void *rom_memcpy44(void *to, const void *from, uint32_t count);

void connect_internal_flash(void);
void flash_exit_xip(void);
void flash_range_erase(uint32_t address, uint32_t count, uint32_t block, uint8_t block_command);
void flash_range_program(uint32_t address, const uint8_t *data, uint32_t count);
void flash_flush_cache(void);
void flash_enter_cmd_xip(void);
