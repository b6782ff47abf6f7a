#include "semihosting.h"

int main(void) {
  semihosting_write0("hello, world\n");
  return 0;
}
