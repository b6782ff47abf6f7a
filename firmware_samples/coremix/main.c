/* An integer mix of the kind that CPU benchmarks run: lists, matrices, a state machine and CRC-16,
 * each about a quarter of the instructions. For calibrating the current of such a workload. */
#include "crc16.h"
#include "parts.h"
#include "print.h"

#define ITERATIONS 50
#define EXPECTED 0x5FB4u

/* How often a part runs per iteration, so that all four take about as long. */
#define LIST_REPEATS 1
#define MATRIX_REPEATS 1
#define SCAN_REPEATS 5
#define CRC_REPEATS 2

static uint16_t repeat(uint32_t (*part)(uint32_t), uint32_t repeats, uint32_t seed, uint16_t crc) {
  for (uint32_t i = 0; i < repeats; ++i) {
    crc = crc16_u32(crc, part(seed + i * 7919u));
  }
  return crc;
}

uint16_t coremix_iteration(uint32_t seed, uint16_t crc) {
  crc = repeat(list_part, LIST_REPEATS, seed, crc);
  crc = repeat(matrix_part, MATRIX_REPEATS, seed, crc);
  crc = repeat(scan_part, SCAN_REPEATS, seed, crc);
  return repeat(crc_part, CRC_REPEATS, seed, crc);
}

int main(void) {
  uint16_t crc = 0xFFFFu;
  for (uint32_t i = 0; i < ITERATIONS; ++i) {
    crc = coremix_iteration(i, crc);
  }
  print("coremix: %u iterations, crc16 %04x, %s\n", ITERATIONS, crc,
        crc == EXPECTED ? "correct" : "WRONG");
  return crc == EXPECTED ? 0 : 1;
}
