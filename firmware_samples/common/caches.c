#include "caches.h"

#include <stdint.h>

#include "registers.h"

#define SCB_CCR REG32(0xE000ED14u)
#define CCR_DC (1u << 16)
#define CCR_IC (1u << 17)
#define SCB_CCSIDR REG32(0xE000ED80u)
#define SCB_CSSELR REG32(0xE000ED84u)
#define SCB_ICIALLU REG32(0xE000EF50u)
#define SCB_DCISW REG32(0xE000EF60u)

#define CSSELR_DATA_L1 0u
#define LINE_SHIFT 5u /* 32 bytes */
#define WAY_SHIFT 30u /* 4 ways */

static void invalidate_data_cache(void) {
  SCB_CSSELR = CSSELR_DATA_L1;
  barrier();
  const uint32_t size = SCB_CCSIDR;
  const uint32_t last_set = size >> 13 & 0x7FFFu;
  const uint32_t last_way = size >> 3 & 0x3FFu;
  for (uint32_t set = 0; set <= last_set; ++set) {
    for (uint32_t way = 0; way <= last_way; ++way) {
      SCB_DCISW = set << LINE_SHIFT | way << WAY_SHIFT;
    }
  }
  barrier();
}

void caches_enable(void) {
  barrier();
  SCB_ICIALLU = 0;
  SCB_CCR |= CCR_IC;
  invalidate_data_cache();
  SCB_CCR |= CCR_DC;
  barrier();
}
