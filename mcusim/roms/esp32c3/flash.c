/* The serial flash by commands of SPI1 (JEDEC's common set). */
#include "rom.h"

#define CHUNK 64u
#define PROGRAM_BYTES 256u
#define SECTOR_BYTES 0x1000u
#define BLOCK_BYTES 0x10000u
#define FLASH_BYTES (4u << 20)
#define USR (1u << 18)
#define WITH_COMMAND (1u << 31)
#define WITH_ADDRESS (1u << 30)
#define WITH_INPUT (1u << 28)
#define WITH_OUTPUT (1u << 27)
#define WRITE_ENABLE 0x06u
#define WRITE_DISABLE 0x04u
#define READ_STATUS 0x05u
#define READ_STATUS_2 0x35u
#define WRITE_STATUS 0x01u
#define READ 0x03u
#define PROGRAM 0x02u
#define ERASE_SECTOR 0x20u
#define ERASE_BLOCK 0xD8u
#define ERASE_CHIP 0xC7u
#define BUSY 1u

/* The driver of the application has settings of its own, which a command must leave as they are. */
static void command(uint32_t code, uint32_t parts, uint32_t address, uint32_t bytes) {
  const uint32_t user = SPI_USER, user_1 = SPI_USER1, user_2 = SPI_USER2;
  SPI_USER = WITH_COMMAND | parts;
  SPI_USER1 = 23u << 26;
  SPI_USER2 = 7u << 28 | code;
  SPI_ADDR = address;
  SPI_MISO_DLEN = bytes * 8u - 1u;
  SPI_MOSI_DLEN = bytes * 8u - 1u;
  SPI_CMD = USR;
  while ((SPI_CMD & USR) != 0) {
  }
  SPI_USER = user;
  SPI_USER1 = user_1;
  SPI_USER2 = user_2;
}

static uint32_t status_of(uint32_t code) {
  command(code, WITH_INPUT, 0, 1);
  return SPI_W(0) & 0xFFu;
}

int r_esp_rom_spiflash_wait_idle(void *chip) {
  (void)chip;
  while ((status_of(READ_STATUS) & BUSY) != 0) {
  }
  return 0;
}
int r_Wait_SPI_Idle(void *chip) { return r_esp_rom_spiflash_wait_idle(chip); }
int r_SPI_write_enable(void *chip) {
  (void)chip;
  command(WRITE_ENABLE, 0, 0, 1);
  return 0;
}
int r_esp_rom_spiflash_read_status(void *chip, uint32_t *status) {
  (void)chip;
  *status = status_of(READ_STATUS);
  return 0;
}
int r_esp_rom_spiflash_read_statushigh(void *chip, uint32_t *status) {
  (void)chip;
  *status = status_of(READ_STATUS) | status_of(READ_STATUS_2) << 8;
  return 0;
}
int r_esp_rom_spiflash_read_user_cmd(uint32_t *status, uint8_t code) {
  *status = status_of(code);
  return 0;
}
int r_esp_rom_spiflash_write_status(void *chip, uint32_t status) {
  r_SPI_write_enable(chip);
  SPI_W(0) = status;
  command(WRITE_STATUS, WITH_OUTPUT, 0, 2);
  return r_esp_rom_spiflash_wait_idle(chip);
}
int r_esp_rom_spiflash_unlock(void) { return 0; }
void r_esp_rom_spiflash_attach(uint32_t config, bool legacy) { (void)config, (void)legacy; }
int r_esp_rom_spiflash_config_readmode(int mode) {
  (void)mode;
  return 0;
}
int r_esp_rom_spiflash_config_clk(uint8_t divider, uint8_t port) {
  (void)divider, (void)port;
  return 0;
}
int r_esp_rom_spiflash_config_param(uint32_t id, uint32_t size, uint32_t block, uint32_t sector,
                                    uint32_t page, uint32_t mask) {
  /* The first fields of rom_spiflash_legacy_data. */
  uint32_t *chip = *(uint32_t **)0x3FCDFFF0u;
  const uint32_t fields[] = {id, size, block, sector, page, mask};
  r_memcpy(chip, fields, sizeof fields);
  return 0;
}
void r_spi_dummy_len_fix(uint8_t port, uint8_t divider) { (void)port, (void)divider; }
void r_SelectSpiFunction(uint32_t config) { (void)config; }
void r_SetSpiDrvs(uint8_t pin, uint32_t config, uint8_t *drives) { (void)pin, (void)config, (void)drives; }
void r_esp_rom_spiflash_select_qio_pins(uint8_t pin, uint32_t config) { (void)pin, (void)config; }
int r_esp_rom_spi_flash_update_id(void) { return 0; }

int r_esp_rom_spiflash_read(uint32_t address, uint32_t *target, int32_t size) {
  uint8_t *to = (uint8_t *)target;
  for (uint32_t left = (uint32_t)size; left > 0;) {
    const uint32_t part = left < CHUNK ? left : CHUNK;
    command(READ, WITH_ADDRESS | WITH_INPUT, address, part);
    for (uint32_t at = 0; at < part; at += 4) {
      const uint32_t word = SPI_W(at / 4);
      r_memcpy(to + at, &word, part - at < 4 ? part - at : 4);
    }
    to += part;
    address += part;
    left -= part;
  }
  return 0;
}

int r_esp_rom_spiflash_write(uint32_t address, const uint32_t *source, int32_t size) {
  const uint8_t *from = (const uint8_t *)source;
  for (uint32_t left = (uint32_t)size; left > 0;) {
    const uint32_t room = PROGRAM_BYTES - address % PROGRAM_BYTES;
    uint32_t part = left < CHUNK ? left : CHUNK;
    part = part < room ? part : room;
    for (uint32_t at = 0; at < part; at += 4) {
      uint32_t word = 0xFFFFFFFFu;
      r_memcpy(&word, from + at, part - at < 4 ? part - at : 4);
      SPI_W(at / 4) = word;
    }
    r_SPI_write_enable(NULL);
    command(PROGRAM, WITH_ADDRESS | WITH_OUTPUT, address, part);
    r_esp_rom_spiflash_wait_idle(NULL);
    from += part;
    address += part;
    left -= part;
  }
  return 0;
}

static int erase(uint32_t code, uint32_t parts, uint32_t address) {
  r_SPI_write_enable(NULL);
  command(code, parts, address, 1);
  return r_esp_rom_spiflash_wait_idle(NULL);
}
int r_esp_rom_spiflash_erase_sector(uint32_t number) {
  return erase(ERASE_SECTOR, WITH_ADDRESS, number * SECTOR_BYTES);
}
int r_esp_rom_spiflash_erase_block(uint32_t number) {
  return erase(ERASE_BLOCK, WITH_ADDRESS, number * BLOCK_BYTES);
}
int r_esp_rom_spiflash_erase_chip(void) { return erase(ERASE_CHIP, 0, 0); }
int r_SPIEraseArea(uint32_t start, uint32_t size) {
  for (uint32_t at = start; at < start + size; at += SECTOR_BYTES) {
    r_esp_rom_spiflash_erase_sector(at / SECTOR_BYTES);
  }
  return 0;
}
