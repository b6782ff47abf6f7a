/* Registers of the analog blocks, behind a bus of their own: they keep what is written to them. */
#include "rom.h"

#define BLOCKS 16u
#define REGISTERS 32u

static uint8_t written[BLOCKS][REGISTERS];

static uint8_t *place(uint8_t block, uint8_t number) {
  return &written[block % BLOCKS][number % REGISTERS];
}

uint8_t r_rom_i2c_readReg(uint8_t block, uint8_t host, uint8_t number) {
  (void)host;
  return *place(block, number);
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
