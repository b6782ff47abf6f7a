/* Flash programming by the QMI's direct mode (pico-sdk, src/rp2350, regs/qmi.h, and the functions
 * that pico/bootrom.h declares). Chip select 0 alone. */
#include <stdint.h>

#define REG32(address) (*(volatile uint32_t *)(address))
#define FLASH 0x10000000u
#define QMI 0x400D0000u
#define DIRECT_CSR REG32(QMI + 0x00u)
#define DIRECT_TX REG32(QMI + 0x04u)
#define DIRECT_RX REG32(QMI + 0x08u)
#define M0_RFMT REG32(QMI + 0x10u)
#define M0_RCMD REG32(QMI + 0x14u)
#define BUSY (1u << 1)
#define SELECTED (1u << 2)
#define TX_FULL (1u << 10)
#define RX_EMPTY (1u << 16)
#define DIRECT (1u | 6u << 22) /* a sixth of the clock, as after reset */
#define PADS_QSPI_CLEAR(pad) REG32(0x40040004u + 0x3000u + 4u * (pad))
#define ISOLATED (1u << 8)
#define MAINTENANCE 0x18000000u
#define CACHE_LINES 2048u

enum {
  WRITE_ENABLE = 0x06, READ_STATUS = 0x05, PAGE_PROGRAM = 0x02, SECTOR_ERASE = 0x20,
  READ_DATA = 0x03, BLOCK_ERASE = 0xD8, SECTOR_BYTES = 4096, BLOCK_BYTES = 65536, PAGE_BYTES = 256,
  IN_FLIGHT = 4
};

void connect_internal_flash(void) {
  for (uint32_t pad = 0; pad < 6; ++pad) {
    PADS_QSPI_CLEAR(pad) = ISOLATED;
  }
}

/* Sends `length` bytes of `command`, then `count` of `out` or zeros; what comes back then goes to
 * `in`. */
static void send_command(const uint8_t *command, uint32_t length, const uint8_t *out, uint8_t *in,
                         uint32_t count) {
  uint32_t sent = 0, received = 0;
  const uint32_t total = length + count;
  DIRECT_CSR = DIRECT | SELECTED;
  while (received < total) {
    const uint32_t state = DIRECT_CSR;
    if (sent < total && sent - received < IN_FLIGHT && !(state & TX_FULL)) {
      DIRECT_TX = sent < length ? command[sent] : out ? out[sent - length] : 0;
      ++sent;
    }
    if (!(state & RX_EMPTY)) {
      const uint8_t byte = (uint8_t)DIRECT_RX;
      if (in && received >= length) in[received - length] = byte;
      ++received;
    }
  }
  while (DIRECT_CSR & BUSY) continue;
  DIRECT_CSR = DIRECT;
}

static void write_at(uint8_t code, uint32_t address, const uint8_t *data, uint32_t count) {
  const uint8_t enable = WRITE_ENABLE, read_status = READ_STATUS;
  const uint8_t command[4] = {code, (uint8_t)(address >> 16), (uint8_t)(address >> 8),
                              (uint8_t)address};
  uint8_t status;
  send_command(&enable, 1, 0, 0, 0);
  send_command(command, 4, data, 0, count);
  do {
    send_command(&read_status, 1, 0, &status, 1);
  } while (status & 1u);
}

/* A 03h command with a 24-bit address for each line, all on one wire. */
static void set_plain_read(void) {
  M0_RFMT = 1u << 12;
  M0_RCMD = READ_DATA;
}

void flash_exit_xip(void) {
  static const uint8_t ones[4] = {0xFF, 0xFF, 0xFF, 0xFF};
  send_command(ones, 4, 0, 0, 0);
  set_plain_read();
}

void flash_enter_cmd_xip(void) {
  DIRECT_CSR = DIRECT & ~1u;
  set_plain_read();
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

/* Drops each line of the cache by its set and way. */
void flash_flush_cache(void) {
  for (uint32_t line = 0; line < CACHE_LINES; ++line) {
    *(volatile uint8_t *)(MAINTENANCE + 8u * line) = 0;
  }
}

void xip_setup(void);

/* Erases, programs or reads at an address as firmware sees it, and has the flash execute in place
 * again (boot/bootrom_constants.h, CFLASH_*). Addresses are not translated. */
int flash_op(uint32_t flags, uint32_t address, uint32_t count, uint8_t *data) {
  enum { OP_ERASE = 0, OP_PROGRAM = 1, OP_READ = 2, BAD_ARGUMENT = -5, BAD_ALIGNMENT = -11 };
  const uint32_t op = flags >> 16 & 7, offset = address & (FLASH - 1);
  const uint32_t unit = op == OP_ERASE ? SECTOR_BYTES : op == OP_PROGRAM ? PAGE_BYTES : 1;
  if (op > OP_READ) return BAD_ARGUMENT;
  if ((offset | count) & (unit - 1)) return BAD_ALIGNMENT;
  connect_internal_flash();
  flash_exit_xip();
  if (op == OP_ERASE) {
    flash_range_erase(offset, count, BLOCK_BYTES, BLOCK_ERASE);
  } else if (op == OP_PROGRAM) {
    flash_range_program(offset, data, count);
  } else {
    const uint8_t command[4] = {READ_DATA, (uint8_t)(offset >> 16), (uint8_t)(offset >> 8),
                                (uint8_t)offset};
    send_command(command, 4, 0, data, count);
  }
  flash_flush_cache();
  xip_setup();
  return 0;
}
