/* Clocks, resets, eFuses, and what the application finds in the ROM's part of RAM. */
#include "rom.h"

uint32_t ticks_per_us;

/* What rom_spiflash_legacy_data points at (esp-idf, esp_rom_spiflash.h). */
struct flash_chip {
  uint32_t device_id, chip_size, block_size, sector_size, page_size, status_mask;
};
struct legacy_data {
  struct flash_chip chip;
  uint8_t dummy_len_plus[3];
  uint8_t sig_matrix;
};

extern struct legacy_data legacy_data;
struct legacy_data legacy_data;

#define ROM_SPIFLASH_LEGACY_DATA (*(struct legacy_data **)0x3FCDFFF0u)
#define DRAM_POINTERS ((void *)0x3FCDFF00u)
#define DRAM_POINTERS_SIZE 0x100u
#define MMU_TABLE_BYTES 0x200u

void r_prepare(void);
void r_prepare(void) {
  r_memset(DRAM_POINTERS, 0, DRAM_POINTERS_SIZE);
  /* 4 MB in sectors of 4 kB and pages of 256 bytes. */
  const struct flash_chip chip = {0x204016u, 4u << 20, 0x10000u, 0x1000u, 256u, 0xFFFFu};
  legacy_data = (struct legacy_data){.chip = chip};
  ROM_SPIFLASH_LEGACY_DATA = &legacy_data;
  ticks_per_us = 80;
  r_srand(1);
  r_Cache_Set_IDROM_MMU_Size(MMU_TABLE_BYTES / 2u, MMU_TABLE_BYTES / 2u);
  r_ets_install_uart_printf();
  (void)MMU_ENTRY(0); /* The simulation maps the application at the first access. */
}

uint32_t r_rtc_get_reset_reason(int core) {
  (void)core;
  return RTC_RESET_STATE & 0x3Fu;
}
uint32_t r_rtc_get_wakeup_cause(void) { return RTC_WAKEUP_CAUSE & 0x1FFFFu; }
uint32_t r_analog_super_wdt_reset_happened(void) { return 0; }
uint32_t r_jtag_cpu_reset_happened(void) { return 0; }
void r_clear_super_wdt_reset_flag(void) {}
void r_disable_default_watchdog(void) {}
void r_rtc_unhold_all_pads(void) { RTC_DIG_PAD_HOLD = 0; }
bool r_ets_is_print_boot(void) { return true; }

static void reset(uint32_t bit) {
  RTC_OPTIONS0 |= bit;
  for (;;) {
  }
}
void r_software_reset(void) { reset(1u << 31); }
void r_software_reset_cpu(int core) {
  (void)core;
  reset(1u << 5);
}

uint32_t r_ets_get_apb_freq(void) { return APB_CLOCK_HZ; }
uint32_t r_ets_get_xtal_freq(void) { return XTAL_HZ; }
uint32_t r_ets_get_xtal_div(void) { return 1; }
uint32_t r_ets_get_cpu_frequency(void) { return ticks_per_us; }
void r_ets_update_cpu_frequency(uint32_t ticks) { ticks_per_us = ticks; }

/* eFuses: nothing is burnt. */
bool r_ets_efuse_secure_boot_enabled(void) { return false; }
bool r_ets_efuse_secure_boot_aggressive_revoke_enabled(void) { return false; }
bool r_ets_efuse_cache_encryption_enabled(void) { return false; }
bool r_ets_efuse_download_modes_disabled(void) { return false; }
bool r_ets_efuse_usb_print_is_disabled(void) { return false; }
bool r_ets_efuse_usb_serial_jtag_print_is_disabled(void) { return false; }
bool r_ets_efuse_legacy_spi_boot_mode_disabled(void) { return false; }
bool r_ets_efuse_security_download_modes_enabled(void) { return false; }
bool r_ets_efuse_jtag_disabled(void) { return false; }
bool r_ets_efuse_usb_module_disabled(void) { return false; }
bool r_ets_efuse_usb_device_disabled(void) { return false; }
bool r_ets_efuse_force_send_resume(void) { return false; }
uint32_t r_ets_efuse_get_uart_print_control(void) { return 0; }
uint32_t r_ets_efuse_get_spiconfig(void) { return 0; }
uint32_t r_ets_efuse_get_wp_pad(void) { return 0; }
uint32_t r_ets_efuse_get_flash_delay_us(void) { return 0; }
int r_ets_efuse_set_timing(uint32_t clock) {
  (void)clock;
  return 0;
}
int r_ets_efuse_read(void) { return 0; }
