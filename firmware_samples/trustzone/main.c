/* The Non-secure image: has the Secure one make checksums of its data. */
#include "board.h"
#include "gateway.h"
#include "print.h"

#define REPEATS 100u

/* The Secure image has set up clock and caches. */
void SystemInit(void) {}

static uint8_t message[64];

int main(void) {
  for (uint32_t i = 0; i < sizeof message; ++i) {
    message[i] = (uint8_t)(3u * i);
  }
  uint32_t sum = 0;
  for (uint32_t i = 0; i < REPEATS; ++i) {
    message[0] = (uint8_t)i;
    sum += seal(message, sizeof message);
  }
  print("sum %x of %u\n", (unsigned)sum, (unsigned)sealed());
  /* RAM begins with the Secure image's: the function looks, and refuses. */
  const uint32_t refused = seal((const uint8_t *)((uint32_t)message & ~0xFFFFFu), 4u);
  print("of Secure memory: %u\n", (unsigned)refused);
  return sealed() == REPEATS && refused == 0 ? 0 : 1;
}
