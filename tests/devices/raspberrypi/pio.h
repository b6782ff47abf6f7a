/* The registers of a PIO block (pico-sdk, regs/pio.h); `block` is its base. */
#define PIO0 0x50200000u
#define PIO1 0x50300000u
#define CTRL(block) R32(block)
#define FSTAT(block) R32((block) + 0x04)
#define FDEBUG(block) R32((block) + 0x08)
#define FLEVEL(block) R32((block) + 0x0C)
#define TXF(block, n) R32((block) + 0x10 + 4 * (n))
#define RXF(block, n) R32((block) + 0x20 + 4 * (n))
#define PIO_IRQ(block) R32((block) + 0x30)
#define BYPASS(block) R32((block) + 0x38)
#define CLKDIV(block, n) R32((block) + 0xC8 + 0x18 * (n))
#define EXECCTRL(block, n) R32((block) + 0xCC + 0x18 * (n))
#define SHIFTCTRL(block, n) R32((block) + 0xD0 + 0x18 * (n))
#define INSTR(block, n) R32((block) + 0xD8 + 0x18 * (n))
#define PINCTRL(block, n) R32((block) + 0xDC + 0x18 * (n))
#define AUTOPUSH (1u << 16)
#define AUTOPULL (1u << 17)
#define TX_EMPTY(n) (1u << (24 + (n)))
#define RX_EMPTY(n) (1u << (8 + (n)))
#define WRAP(bottom, top) ((top) << 12 | (bottom) << 7)

static inline void program(uint32_t block, const uint16_t *code, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) R32(block + 0x48 + 4 * i) = code[i];
}
#define PROGRAM(block, ...)                         \
  do {                                              \
    static const uint16_t code[] = {__VA_ARGS__};   \
    program(block, code, sizeof code / sizeof *code); \
  } while (0)
