/* Classifies the held-out images. reference.py gives the same lines from NumPy. */
#include "crc32.h"
#include "kernels.h"
#include "network.h"
#include "print.h"
#include "test_images.h"

#define REQUIRED_CORRECT 96

int main(void) {
  unsigned correct = 0;
  uint32_t crc = 0;
  for (unsigned i = 0; i < TEST_IMAGE_COUNT; ++i) {
    int8_t logits[DIGITS_CLASSES];
    digits_invoke(test_images + i * TEST_IMAGE_PIXELS, logits);
    crc = crc32(crc, logits, sizeof logits);
    correct += argmax(logits, DIGITS_CLASSES) == test_labels[i];
  }
  print("accuracy: %u/%u\n", correct, TEST_IMAGE_COUNT);
  print("logits crc32: %08x\n", (unsigned)crc);
  return correct >= REQUIRED_CORRECT ? 0 : 1;
}
