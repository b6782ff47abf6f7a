/* Registers of the analog blocks, behind a bus of their own: they keep what is written to them. */
#include "rom.h"

#define BLOCKS 16u
#define REGISTERS 32u

/* I2C_ULP_O_DONE_FLAG and I2C_ULP_BG_O_DONE_FLAG (esp-idf, regi2c_lp_bias.h): the calibration of the
 * bandgap's reference is done at once. */
#define ULP 0x61u
#define ULP_DONE 3u
#define DONE_FLAGS (1u << 0 | 1u << 3)

static uint8_t written[BLOCKS][REGISTERS];

static uint8_t *place(uint8_t block, uint8_t number) {
  return &written[block % BLOCKS][number % REGISTERS];
}

uint8_t r_rom_i2c_readReg(uint8_t block, uint8_t host, uint8_t number) {
  (void)host;
  const uint8_t flags = block == ULP && number == ULP_DONE ? DONE_FLAGS : 0;
  return *place(block, number) | flags;
}
uint8_t r_rom_i2c_readReg_Mask(uint8_t block, uint8_t host, uint8_t number, uint8_t high,
                               uint8_t low) {
  return (uint8_t)(r_rom_i2c_readReg(block, host, number) >> low & ((2u << (high - low)) - 1u));
}
void r_rom_i2c_writeReg(uint8_t block, uint8_t host, uint8_t number, uint8_t value) {
  (void)host;
  *place(block, number) = value;
}
void r_rom_i2c_writeReg_Mask(uint8_t block, uint8_t host, uint8_t number, uint8_t high, uint8_t low,
                             uint8_t value) {
  const uint32_t mask = ((2u << (high - low)) - 1u) << low;
  const uint32_t kept = r_rom_i2c_readReg(block, host, number) & ~mask;
  r_rom_i2c_writeReg(block, host, number, (uint8_t)(kept | ((uint32_t)value << low & mask)));
}
