/* The Secure image: gives memory away, offers two functions, and starts the Non-secure image. */
#include <arm_cmse.h>

#include "attribution.h"
#include "crc32.h"
#include "gateway.h"
#include "registers.h"

#define SCB_NS_VTOR REG32(0xE002ED08u)
#define NSACR REG32(0xE000ED8Cu)
#define NSACR_FPU (3u << 10)
#define ENTRY __attribute__((cmse_nonsecure_entry))

extern const uint32_t __nonsecure_start[]; /* the Non-secure vector table */

static const uint8_t key[] = {0x6D, 0x63, 0x75, 0x73, 0x69, 0x6D};
static uint32_t count;

ENTRY uint32_t seal(const uint8_t *data, uint32_t length) {
  const uint8_t *checked = cmse_check_address_range((void *)(uintptr_t)data, length, CMSE_NONSECURE);
  if (checked == NULL) {
    return 0;
  }
  ++count;
  return crc32(crc32(0, key, sizeof key), checked, length);
}

ENTRY uint32_t sealed(void) { return count; }

typedef void __attribute__((cmse_nonsecure_call)) nonsecure_function(void);

int main(void) {
  give_away();
  SCB_NS_VTOR = (uint32_t)__nonsecure_start;
  NSACR |= NSACR_FPU;
  __asm volatile("msr msp_ns, %0" ::"r"(__nonsecure_start[0]));
  barrier();
  nonsecure_function *start = (nonsecure_function *)cmse_nsfptr_create(__nonsecure_start[1]);
  start();
  return 1; /* it does not come back */
}
