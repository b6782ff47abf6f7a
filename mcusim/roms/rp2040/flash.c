/* Flash programming by way of the SSI (RP2040 datasheet 2.8.3.1.3 and 4.10). */
#include "rom.h"

#define SSI 0x18000000u
#define SSI_CTRLR0 REG32(SSI + 0x00u)
#define SSI_CTRLR1 REG32(SSI + 0x04u)
#define SSI_ENABLE REG32(SSI + 0x08u)
#define SSI_SER REG32(SSI + 0x10u)
#define SSI_BAUDR REG32(SSI + 0x14u)
#define SSI_SR REG32(SSI + 0x28u)
#define SSI_DR REG32(SSI + 0x60u)
#define SSI_SPI_CTRLR0 REG32(SSI + 0xF4u)
#define SR_ROOM (1u << 1)
#define SR_RECEIVED (1u << 3)

#define QSPI_CTRL(pin) REG32(0x40018004u + 8u * (pin))
#define SS_CTRL QSPI_CTRL(1)
#define SELECT_LOW (2u << 8)
#define SELECT_HIGH (3u << 8)
#define PAD_SD(number) REG32(0x40020008u + 4u * (number))

#define XIP_FLUSH REG32(0x14000004u)

enum {
  WRITE_ENABLE = 0x06, READ_STATUS = 0x05, PAGE_PROGRAM = 0x02, SECTOR_ERASE = 0x20,
  READ_DATA = 0x03, SECTOR_BYTES = 4096, PAGE_BYTES = 256, IN_FLIGHT = 14, DIVIDER = 6
};

void connect_internal_flash(void) {
  unreset(RESET_IO_QSPI | RESET_PADS_QSPI);
  for (uint32_t pin = 0; pin < 6; ++pin) {
    QSPI_CTRL(pin) = 0; /* the SSI */
  }
}

static void select_flash(uint32_t level) {
  SS_CTRL = level;
  (void)SS_CTRL; /* it has arrived */
}

/* Plain frames of eight bits, both ways. */
static void set_up_serial(void) {
  SSI_ENABLE = 0;
  SSI_BAUDR = DIVIDER;
  SSI_CTRLR0 = 7u << 16;
  SSI_SER = 1;
  SSI_ENABLE = 1;
}

/* Sends `skip` bytes of `command`, then `count` of `out` or zeros; what comes back then goes to `in`. */
static void transfer(const uint8_t *command, uint32_t skip, const uint8_t *out, uint8_t *in,
                     uint32_t count) {
  uint32_t sent = 0, received = 0;
  const uint32_t total = skip + count;
  while (received < total) {
    if (sent < total && sent - received < IN_FLIGHT && (SSI_SR & SR_ROOM)) {
      SSI_DR = sent < skip ? command[sent] : out ? out[sent - skip] : 0;
      ++sent;
    }
    if (SSI_SR & SR_RECEIVED) {
      const uint8_t byte = (uint8_t)SSI_DR;
      if (in && received >= skip) in[received - skip] = byte;
      ++received;
    }
  }
}

static void send_command(const uint8_t *command, uint32_t length, const uint8_t *out, uint8_t *in,
                         uint32_t count) {
  select_flash(SELECT_LOW);
  transfer(command, length, out, in, count);
  select_flash(SELECT_HIGH);
}

static void write_at(uint8_t code, uint32_t address, const uint8_t *data, uint32_t count) {
  const uint8_t enable = WRITE_ENABLE;
  const uint8_t command[4] = {code, (uint8_t)(address >> 16), (uint8_t)(address >> 8),
                              (uint8_t)address};
  send_command(&enable, 1, 0, 0, 0);
  send_command(command, 4, data, 0, count);
  const uint8_t read_status = READ_STATUS;
  uint8_t status;
  do {
    send_command(&read_status, 1, 0, &status, 1);
  } while (status & 1u);
}

/* Ends a continuous read, however far the flash is in it: clocks with all data lines high, with and
 * without selecting it. */
void flash_exit_xip(void) {
  set_up_serial();
  static const uint8_t ones[4] = {0xFF, 0xFF, 0xFF, 0xFF};
  select_flash(SELECT_HIGH);
  transfer(ones, 4, 0, 0, 0);
  select_flash(SELECT_LOW);
  transfer(ones, 4, 0, 0, 0);
  select_flash(SELECT_HIGH);
  SS_CTRL = 0;
}

void flash_range_erase(uint32_t address, uint32_t count, uint32_t block, uint8_t block_command) {
  while (count) {
    if (block > SECTOR_BYTES && !(address & (block - 1)) && count >= block) {
      write_at(block_command, address, 0, 0);
      address += block;
      count -= block;
    } else {
      write_at(SECTOR_ERASE, address, 0, 0);
      address += SECTOR_BYTES;
      count -= count < SECTOR_BYTES ? count : SECTOR_BYTES;
    }
  }
}

void flash_range_program(uint32_t address, const uint8_t *data, uint32_t count) {
  while (count) {
    write_at(PAGE_PROGRAM, address, data, PAGE_BYTES);
    address += PAGE_BYTES;
    data += PAGE_BYTES;
    count -= count < PAGE_BYTES ? count : PAGE_BYTES;
  }
}

void flash_flush_cache(void) {
  XIP_FLUSH = 1;
  (void)XIP_FLUSH; /* waits until it is done */
  SS_CTRL = 0;
}

/* Slow but sure: a 03h command with a 24-bit address for each access. */
void flash_enter_cmd_xip(void) {
  SSI_ENABLE = 0;
  SSI_CTRLR0 = 3u << 8 | 31u << 16;                              /* EEPROM read, 32-bit frames */
  SSI_CTRLR1 = 0;                                                /* one of them */
  SSI_SPI_CTRLR0 = (uint32_t)READ_DATA << 24 | 2u << 8 | 6u << 2; /* 8-bit command, 24-bit address */
  SSI_ENABLE = 1;
}
