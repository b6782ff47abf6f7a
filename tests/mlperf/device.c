/* A device under test that speaks the runner's dialogue over LPUART1, written for these tests: its
 * "model" has the last digits of its first four bytes for scores and takes a fixed number of loops. */
#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))
#define RCC 0x40021000u
#define LPUART1 0x40008000u
#define GPIOF 0x48001400u
#define TIMESTAMP_PIN 13u
#define INPUT_BYTES 490u

static char command[128];
static uint8_t input[INPUT_BYTES];
static uint32_t input_size, input_at;

void reset(void);
extern uint32_t stack_end;
__attribute__((section(".vectors"), used)) static void *const vectors[2] = {&stack_end, reset};

static void put(char c) {
  while ((REG(LPUART1 + 0x1C) & (1u << 7)) == 0) {
  }
  REG(LPUART1 + 0x28) = (uint8_t)c;
}

static void text(const char *s) {
  while (*s) put(*s++);
  while ((REG(LPUART1 + 0x1C) & (1u << 6)) == 0) {
  }
}

static char get(void) {
  while ((REG(LPUART1 + 0x1C) & (1u << 5)) == 0) {
  }
  return (char)REG(LPUART1 + 0x24);
}

static void number(uint32_t n) {
  char digits[11];
  int i = 10;
  digits[10] = 0;
  do {
    digits[--i] = (char)('0' + n % 10);
    n /= 10;
  } while (n);
  text(digits + i);
}

static int begins(const char *s, const char *with) {
  while (*with)
    if (*s++ != *with++) return 0;
  return 1;
}

static uint32_t parse(const char **s) {
  uint32_t n = 0;
  while (**s == ' ') ++*s;
  while (**s >= '0' && **s <= '9') n = n * 10 + (uint32_t)(*(*s)++ - '0');
  return n;
}

static uint32_t hex(char c) { return c <= '9' ? (uint32_t)c - '0' : ((uint32_t)c | 32) - 'a' + 10; }

static void timestamp(void) {
#ifdef ENERGY
  REG(GPIOF + 0x18) = 1u << (16 + TIMESTAMP_PIN);
  for (volatile int i = 0; i < 4; ++i) {
  }
  REG(GPIOF + 0x18) = 1u << TIMESTAMP_PIN;
#else
  const uint32_t us = REG(0xE0001004u) / MHZ;
  text("m-lap-us-");
  number(us);
  text("\r\n");
#endif
}

static void infer(uint32_t count) {
  while (count--)
    for (uint32_t i = 0; i < LOOPS; ++i) __asm volatile("nop");
}

static void load(const char *s) {
  while (s[0] && s[1] && input_at < input_size) {
    input[input_at++] = (uint8_t)(hex(s[0]) << 4 | hex(s[1]));
    s += 2;
  }
  if (input_at == input_size) text("m-load-done\r\n");
}

static void results(void) {
  text("m-results-[");
  for (int i = 0; i < 4; ++i) {
    text(i ? ",0." : "0.");
    number(input[i] % 10u);
  }
  text("]\r\n");
}

static void serve(const char *s) {
  if (begins(s, "name")) {
    text("m-name-dut-[mcusim tests]\r\n");
  } else if (begins(s, "profile")) {
    text("m-profile-[test]\r\nm-model-[kws01]\r\n");
  } else if (begins(s, "timestamp")) {
    timestamp();
  } else if (begins(s, "db load ")) {
    s += 8;
    input_size = parse(&s);
    input_at = 0;
    text(input_size > INPUT_BYTES ? "Supplied buffer is too large\r\n" : "m-[Expecting bytes]\r\n");
  } else if (begins(s, "db ")) {
    load(s + 3);
  } else if (begins(s, "infer ")) {
    s += 6;
    const uint32_t count = parse(&s), warmups = parse(&s);
    text("m-warmup-start-1\r\n");
    infer(warmups);
    text("m-warmup-done\r\nm-infer-start-");
    number(count);
    text("\r\n");
    timestamp();
    infer(count);
    timestamp();
    text("m-infer-done\r\n");
    results();
  } else {
    text("e-[Unknown command: ");
    text(s);
    text("]\r\n");
  }
  text("m-ready\r\n");
}

void reset(void) {
#ifdef SLEEPER
  for (;;) {
    __asm volatile("wfi");
    ++input_at;
  }
#endif
  REG(0xE000EDFC) |= 1u << 24; /* DEMCR.TRCENA */
  REG(0xE0001000) |= 1u;       /* DWT_CTRL.CYCCNTENA */
  REG(RCC + 0x58) |= 1u << 28; /* APB1ENR1.PWREN */
  REG(0x40007004) |= 1u << 9;  /* PWR_CR2.IOSV, for port G */
  REG(RCC + 0x4C) |= 1u << 5 | 1u << 6;
  REG(RCC + 0x5C) |= 1u; /* APB1ENR2.LPUART1EN */
  REG(0x48001800) = (REG(0x48001800) & ~0x3C000u) | 0x28000u; /* PG7, PG8 */
  REG(0x48001820) |= 0x80000000u;
  REG(0x48001824) |= 8u;
  REG(GPIOF) = (REG(GPIOF) & ~(3u << 2 * TIMESTAMP_PIN)) | 1u << 2 * TIMESTAMP_PIN;
  REG(GPIOF + 0x18) = 1u << TIMESTAMP_PIN;
  REG(LPUART1 + 0x0C) = (uint32_t)(256ull * MHZ * 1000000u / 115200u);
  REG(LPUART1) = 1u << 3 | 1u << 2 | 1u;
#ifdef ENERGY
  text("m-timestamp-mode-energy\r\n");
#else
  text("m-timestamp-mode-performance\r\n");
#endif
  timestamp();
  text("m-init-done\r\nm-ready\r\n");
  for (unsigned at = 0;;) {
    const char c = get();
    if (c == '%') {
      command[at] = 0;
      at = 0;
      serve(command);
    } else if (at < sizeof command - 1) {
      command[at++] = c;
    }
  }
}
