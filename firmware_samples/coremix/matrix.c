/* Small integer matrices: multiply, then shift and add a constant. Multiply-accumulate loops. */
#include "parts.h"

#define SIZE 10

typedef int16_t matrix[SIZE][SIZE];

static matrix a, b, product;

static void fill(matrix m, uint32_t seed) {
  for (int row = 0; row < SIZE; ++row) {
    for (int column = 0; column < SIZE; ++column) {
      m[row][column] = (int16_t)((int)(next_random(&seed) & 0xFFu) - 128);
    }
  }
}

static void multiply(void) {
  for (int row = 0; row < SIZE; ++row) {
    for (int column = 0; column < SIZE; ++column) {
      int32_t sum = 0;
      for (int k = 0; k < SIZE; ++k) {
        sum += a[row][k] * b[k][column];
      }
      product[row][column] = (int16_t)(sum >> 4);
    }
  }
}

static void add_to_all(matrix m, int value) {
  for (int row = 0; row < SIZE; ++row) {
    for (int column = 0; column < SIZE; ++column) {
      m[row][column] = (int16_t)(m[row][column] + value);
    }
  }
}

static uint32_t checksum(matrix m) {
  uint32_t sum = 0;
  for (int row = 0; row < SIZE; ++row) {
    for (int column = 0; column < SIZE; ++column) {
      sum = sum * 31u + (uint16_t)m[row][column];
    }
  }
  return sum;
}

uint32_t matrix_part(uint32_t seed) {
  fill(a, seed);
  fill(b, ~seed);
  multiply();
  add_to_all(product, (int)(seed & 0xFFu));
  return checksum(product);
}
