/* The rest of the C library: characters, numbers, sorting. */
#include <limits.h>

#include "rom.h"

int r_isdigit(int c) { return c >= '0' && c <= '9'; }
int r_islower(int c) { return c >= 'a' && c <= 'z'; }
int r_isupper(int c) { return c >= 'A' && c <= 'Z'; }
int r_isalpha(int c) { return r_islower(c) || r_isupper(c); }
int r_isalnum(int c) { return r_isalpha(c) || r_isdigit(c); }
int r_isspace(int c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
int r_isblank(int c) { return c == ' ' || c == '\t'; }
int r_isascii(int c) { return c >= 0 && c < 128; }
int r_iscntrl(int c) { return (c >= 0 && c < 32) || c == 127; }
int r_isgraph(int c) { return c > 32 && c < 127; }
int r_isprint(int c) { return c >= 32 && c < 127; }
int r_ispunct(int c) { return r_isgraph(c) && !r_isalnum(c); }
int r_toascii(int c) { return c & 127; }
int r_toupper(int c) { return r_islower(c) ? c - 'a' + 'A' : c; }
int r_tolower(int c) { return r_isupper(c) ? c - 'A' + 'a' : c; }

int r_strncasecmp(const char *first, const char *second, size_t size) {
  for (; size > 0; --size, ++first, ++second) {
    const int a = r_tolower((uint8_t)*first), b = r_tolower((uint8_t)*second);
    if (a != b || a == 0) {
      return a - b;
    }
  }
  return 0;
}
int r_strcasecmp(const char *first, const char *second) {
  return r_strncasecmp(first, second, SIZE_MAX);
}
char *r_strlwr(char *text) {
  for (char *at = text; *at != 0; ++at) {
    *at = (char)r_tolower((uint8_t)*at);
  }
  return text;
}
char *r_strupr(char *text) {
  for (char *at = text; *at != 0; ++at) {
    *at = (char)r_toupper((uint8_t)*at);
  }
  return text;
}

int r_abs(int value) { return value < 0 ? -value : value; }
long r_labs(long value) { return value < 0 ? -value : value; }

struct quotient {
  int quot, rem;
};
struct quotient r_div(int a, int b) { return (struct quotient){a / b, a % b}; }
struct quotient r_ldiv(int a, int b) { return (struct quotient){a / b, a % b}; }

static int digit_of(char character) {
  if (r_isdigit(character)) {
    return character - '0';
  }
  return r_isalpha(character) ? r_tolower(character) - 'a' + 10 : INT_MAX;
}

/* The digits of a number; `*negative` tells of a minus sign, `*over` of more than 32 bits. */
static uint32_t parse(const char *text, char **end, int base, bool *negative, bool *over) {
  const char *at = text;
  while (r_isspace((uint8_t)*at)) {
    ++at;
  }
  *negative = *at == '-';
  at += *at == '-' || *at == '+';
  const bool prefixed = at[0] == '0' && (at[1] | 32) == 'x' && digit_of(at[2]) < 16;
  if (base == 0) {
    base = prefixed ? 16 : at[0] == '0' ? 8 : 10;
  }
  if (base == 16 && prefixed) {
    at += 2;
  }
  uint64_t value = 0;
  *over = false;
  const char *first = at;
  for (; digit_of(*at) < base; ++at) {
    value = value * (unsigned)base + (unsigned)digit_of(*at);
    *over |= value > UINT32_MAX;
    value = *over ? UINT32_MAX : value;
  }
  if (end != NULL) {
    *end = (char *)(uintptr_t)(at == first ? text : at);
  }
  return (uint32_t)value;
}

unsigned long r_strtoul(const char *text, char **end, int base) {
  bool negative, over;
  const uint32_t value = parse(text, end, base, &negative, &over);
  return over ? ULONG_MAX : negative ? -value : value;
}
long r_strtol(const char *text, char **end, int base) {
  bool negative, over;
  const uint32_t value = parse(text, end, base, &negative, &over);
  if (over || value > (negative ? 0x80000000u : 0x7FFFFFFFu)) {
    return negative ? LONG_MIN : LONG_MAX;
  }
  return (long)(negative ? -value : value);
}
int r_atoi(const char *text) { return (int)r_strtol(text, NULL, 10); }
long r_atol(const char *text) { return r_strtol(text, NULL, 10); }

char *r_utoa(unsigned value, char *text, int base) {
  char digits[33];
  int used = 0;
  do {
    const unsigned digit = value % (unsigned)base;
    digits[used++] = (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
    value /= (unsigned)base;
  } while (value != 0);
  for (int i = 0; i < used; ++i) {
    text[i] = digits[used - 1 - i];
  }
  text[used] = 0;
  return text;
}
char *r_itoa(int value, char *text, int base) {
  if (base == 10 && value < 0) {
    text[0] = '-';
    r_utoa(-(unsigned)value, text + 1, base);
    return text;
  }
  return r_utoa((unsigned)value, text, base);
}

/* C11, 7.22.2: the generator that the standard shows. */
int r_rand_r(unsigned *seed) {
  *seed = *seed * 1103515245u + 12345u;
  return (int)(*seed >> 16 & 0x7FFFu);
}
static unsigned seed; /* 1 at start (r_prepare) */
int r_rand(void) { return r_rand_r(&seed); }
void r_srand(unsigned value) { seed = value; }

static void exchange(uint8_t *a, uint8_t *b, size_t size) {
  for (; size > 0; --size, ++a, ++b) {
    const uint8_t kept = *a;
    *a = *b;
    *b = kept;
  }
}

/* Heapsort: no recursion, and n log n at worst. */
void r_qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *)) {
  uint8_t *items = base;
  size_t start = count / 2, end = count;
  while (end > 1) {
    if (start > 0) {
      --start;
    } else {
      exchange(items, items + --end * size, size);
    }
    for (size_t root = start, child; (child = 2 * root + 1) < end; root = child) {
      if (child + 1 < end && compare(items + child * size, items + (child + 1) * size) < 0) {
        ++child;
      }
      if (compare(items + root * size, items + child * size) >= 0) {
        break;
      }
      exchange(items + root * size, items + child * size, size);
    }
  }
}
