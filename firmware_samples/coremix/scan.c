/* A table-driven state machine that classifies the numbers in a text. */
#include "parts.h"

enum category { DIGIT, SIGN, POINT, EXPONENT, COMMA, OTHER, CATEGORIES };

enum state { START, SIGNED, INTEGER, FRACTION, E, E_SIGNED, SCIENTIFIC, INVALID, STATES };

static const uint8_t transitions[STATES][CATEGORIES] = {
    /*               DIGIT       SIGN      POINT     EXPONENT COMMA  OTHER */
    [START] = {INTEGER, SIGNED, FRACTION, INVALID, START, INVALID},
    [SIGNED] = {INTEGER, INVALID, FRACTION, INVALID, START, INVALID},
    [INTEGER] = {INTEGER, INVALID, FRACTION, E, START, INVALID},
    [FRACTION] = {FRACTION, INVALID, INVALID, E, START, INVALID},
    [E] = {SCIENTIFIC, E_SIGNED, INVALID, INVALID, START, INVALID},
    [E_SIGNED] = {SCIENTIFIC, INVALID, INVALID, INVALID, START, INVALID},
    [SCIENTIFIC] = {SCIENTIFIC, INVALID, INVALID, INVALID, START, INVALID},
    [INVALID] = {INVALID, INVALID, INVALID, INVALID, START, INVALID},
};

static const char numbers[] = "5012,-874,+122,35.54,-.1234,-110.700,+0.64400,5.500e3,-.123e-2,"
                              "-87e+832,+0.6e-12,T0.3e-1F,-T.T++Tq,1T3.4e4z,34.0e-T^,";

static enum category classify(char character) {
  if (character >= '0' && character <= '9') {
    return DIGIT;
  }
  switch (character) {
  case '+':
  case '-':
    return SIGN;
  case '.':
    return POINT;
  case 'e':
  case 'E':
    return EXPONENT;
  case ',':
    return COMMA;
  default:
    return OTHER;
  }
}

/* The seed damages one character, so that no two scans take the same path. */
uint32_t scan_part(uint32_t seed) {
  uint32_t ended[STATES] = {0};
  uint32_t damaged = seed % (sizeof numbers - 1);
  enum state state = START;
  for (uint32_t i = 0; i < sizeof numbers - 1; ++i) {
    char character = i == damaged ? '-' : numbers[i];
    enum category category = classify(character);
    if (category == COMMA) {
      ++ended[state];
    }
    state = transitions[state][category];
  }
  uint32_t sum = 0;
  for (int i = 0; i < STATES; ++i) {
    sum = sum * 31u + ended[i];
  }
  return sum;
}
