/* ets_printf, and the serial ports below it. */
#include <stdarg.h>

#include "rom.h"

typedef void (*put_function)(char);

static put_function first_put, second_put;

#define FIFO_BYTES 128u
#define USB_EP1 REG32(0x60043000u)
#define USB_EP1_CONF REG32(0x60043004u)

int r_uart_tx_one_char(uint8_t character) {
  while ((UART_STATUS(0) >> 16 & 0x3FFu) >= FIFO_BYTES - 2u) {
  }
  UART_FIFO(0) = character;
  return 0;
}
int r_uart_tx_one_char2(uint8_t character) { return r_uart_tx_one_char(character); }

int r_uart_rx_one_char(uint8_t *character) {
  if ((UART_STATUS(0) & 0x3FFu) == 0) {
    return 1;
  }
  *character = (uint8_t)UART_FIFO(0);
  return 0;
}
char r_uart_rx_one_char_block(void) {
  uint8_t character;
  while (r_uart_rx_one_char(&character) != 0) {
  }
  return (char)character;
}
int r_UartRxString(uint8_t *text, uint8_t size) {
  uint8_t used = 0;
  while (used + 1u < size) {
    const char character = r_uart_rx_one_char_block();
    if (character == '\r' || character == '\n') {
      break;
    }
    text[used++] = (uint8_t)character;
  }
  text[used] = 0;
  return 0;
}

void r_uart_tx_wait_idle(uint8_t port) {
  while ((UART_STATUS(port) >> 16 & 0x3FFu) != 0 || (UART_FSM_STATUS(port) >> 4 & 0xFu) != 0) {
  }
}
void r_uart_tx_flush(uint8_t port) { r_uart_tx_wait_idle(port); }

/* A divider of the crystal's clock in sixteenths. */
void r_uart_div_modify(uint8_t port, uint32_t divider) {
  UART_CLKDIV(port) = divider >> 4 | (divider & 0xFu) << 20;
}

int r_usb_uart_tx_one_char(uint8_t character) {
  USB_EP1 = character;
  USB_EP1_CONF = 1;
  return 0;
}
void r_usb_uart_tx_flush(void) { USB_EP1_CONF = 1; }
int r_usb_uart_rx_one_char(uint8_t *character) {
  if ((USB_EP1_CONF & 4u) == 0) {
    return 1;
  }
  *character = (uint8_t)USB_EP1;
  return 0;
}

static void put_on_uart(char character) {
  if (character == '\n') {
    r_uart_tx_one_char('\r');
  }
  r_uart_tx_one_char((uint8_t)character);
}

void r_ets_install_putc1(put_function put) { first_put = put; }
void r_ets_install_putc2(put_function put) { second_put = put; }
void r_ets_install_uart_printf(void) {
  first_put = put_on_uart;
  second_put = NULL;
}
uint8_t r_ets_get_printf_channel(void) { return 0; }

static int put(char character) {
  if (first_put != NULL) {
    first_put(character);
  }
  if (second_put != NULL) {
    second_put(character);
  }
  return 1;
}

/* What stands between % and the conversion. */
struct format {
  bool left, zero, plus;
  int width, precision; /* precision: -1 for none */
  int longs;
};

static int pad(int count, char with) {
  int put_count = 0;
  for (; count > 0; --count) {
    put_count += put(with);
  }
  return put_count;
}

static int put_padded(const struct format *f, const char *text, int size, char sign) {
  const int width = size + (sign != 0);
  int count = 0;
  if (!f->left && !f->zero) {
    count += pad(f->width - width, ' ');
  }
  if (sign != 0) {
    count += put(sign);
  }
  if (!f->left && f->zero) {
    count += pad(f->width - width, '0');
  }
  for (int i = 0; i < size; ++i) {
    count += put(text[i]);
  }
  return f->left ? count + pad(f->width - width, ' ') : count;
}

static int put_text(const struct format *f, const char *text) {
  const char *shown = text == NULL ? "(null)" : text;
  int size = 0;
  while (shown[size] != 0 && (f->precision < 0 || size < f->precision)) {
    ++size;
  }
  struct format spaced = *f;
  spaced.zero = false;
  return put_padded(&spaced, shown, size, 0);
}

static int put_number(const struct format *f, uint64_t value, unsigned base, bool upper,
                      char sign) {
  char digits[24];
  int used = 0;
  do {
    const unsigned digit = (unsigned)(value % base);
    digits[sizeof digits - 1u - (unsigned)used++] =
        (char)(digit < 10 ? '0' + digit : (upper ? 'A' : 'a') + digit - 10);
    value /= base;
  } while (value != 0);
  while (used < f->precision && used < (int)sizeof digits) {
    digits[sizeof digits - 1u - (unsigned)used++] = '0';
  }
  return put_padded(f, digits + sizeof digits - used, used, sign);
}

static uint64_t unsigned_argument(const struct format *f, va_list *arguments) {
  return f->longs > 1 ? va_arg(*arguments, uint64_t) : va_arg(*arguments, uint32_t);
}

static int put_signed(const struct format *f, va_list *arguments) {
  const int64_t value =
      f->longs > 1 ? va_arg(*arguments, int64_t) : (int64_t)va_arg(*arguments, int32_t);
  const char sign = value < 0 ? '-' : f->plus ? '+' : 0;
  return put_number(f, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, false, sign);
}

static int convert(char what, const struct format *f, va_list *arguments) {
  switch (what) {
    case 'd':
    case 'i':
      return put_signed(f, arguments);
    case 'u':
      return put_number(f, unsigned_argument(f, arguments), 10, false, 0);
    case 'x':
    case 'X':
      return put_number(f, unsigned_argument(f, arguments), 16, what == 'X', 0);
    case 'p':
      return put('0') + put('x') + put_number(f, va_arg(*arguments, uint32_t), 16, false, 0);
    case 's':
      return put_text(f, va_arg(*arguments, const char *));
    case 'c':
      return put((char)va_arg(*arguments, int));
    default:
      return put(what);
  }
}

static int number_in(const char **at, va_list *arguments) {
  if (**at == '*') {
    ++*at;
    return va_arg(*arguments, int);
  }
  int value = 0;
  while (**at >= '0' && **at <= '9') {
    value = value * 10 + (*(*at)++ - '0');
  }
  return value;
}

static struct format parse(const char **at, va_list *arguments) {
  struct format f = {.precision = -1};
  for (;; ++*at) {
    if (**at == '-') {
      f.left = true;
    } else if (**at == '0') {
      f.zero = true;
    } else if (**at == '+') {
      f.plus = true;
    } else if (**at != ' ' && **at != '#') {
      break;
    }
  }
  f.width = number_in(at, arguments);
  if (**at == '.') {
    ++*at;
    f.precision = number_in(at, arguments);
  }
  for (; **at == 'l' || **at == 'h' || **at == 'z'; ++*at) {
    f.longs += **at == 'l';
  }
  return f;
}

int r_ets_printf(const char *text, ...) {
  va_list arguments;
  va_start(arguments, text);
  int count = 0;
  for (const char *at = text; *at != 0; ++at) {
    if (*at != '%') {
      count += put(*at);
      continue;
    }
    ++at;
    const struct format f = parse(&at, &arguments);
    if (*at == 0) {
      break;
    }
    count += convert(*at, &f, &arguments);
  }
  va_end(arguments);
  return count;
}
