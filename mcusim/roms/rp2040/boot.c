/* The flash boot sequence (RP2040 datasheet 2.8.1), and giving up. */
#include "rom.h"

enum { STAGE_BYTES = 256, WHY_USB = 1, WHY_NO_STAGE = 2 };

#define SECOND_STAGE 0x20041F00u
#define TBMAN_GIVE_UP REG32(0x4006CFF0u) /* mcusim's door: nothing is there on silicon */

static void give_up(uint32_t why) {
  unreset(RESET_TBMAN);
  TBMAN_GIVE_UP = why;
  for (;;) {
  }
}

void reset_usb_boot(uint32_t activity_pins, uint32_t disabled_interfaces) {
  (void)activity_pins;
  (void)disabled_interfaces;
  give_up(WHY_USB);
}

/* CRC-32 as the second stage has it: most significant bit first, not inverted at the end. */
static uint32_t crc32(const uint8_t *data, uint32_t count) {
  uint32_t crc = 0xFFFFFFFFu;
  while (count--) {
    crc ^= (uint32_t)*data++ << 24;
    for (int bit = 0; bit < 8; ++bit) {
      crc = crc & 0x80000000u ? crc << 1 ^ 0x04C11DB7u : crc << 1;
    }
  }
  return crc;
}

void boot_from_flash(void) {
  unreset(RESET_IO_QSPI | RESET_PADS_QSPI);
  connect_internal_flash();
  flash_exit_xip();
  flash_flush_cache();
  flash_enter_cmd_xip();
  rom_memcpy44((void *)SECOND_STAGE, (const void *)0x10000000u, STAGE_BYTES);
  const uint8_t *stage = (const uint8_t *)SECOND_STAGE;
  if (crc32(stage, STAGE_BYTES - 4) != *(const uint32_t *)(stage + STAGE_BYTES - 4)) {
    give_up(WHY_NO_STAGE);
  }
  enter_second_stage(SECOND_STAGE | 1u);
}
