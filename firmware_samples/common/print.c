#include "print.h"

#include <stdarg.h>
#include <stdint.h>

#include "semihosting.h"

#define LINE_SIZE 128

struct line {
  char text[LINE_SIZE];
  unsigned length;
};

static void flush(struct line *line) {
  line->text[line->length] = '\0';
  semihosting_write0(line->text);
  line->length = 0;
}

static void put(struct line *line, char character) {
  if (line->length == LINE_SIZE - 1) {
    flush(line);
  }
  line->text[line->length++] = character;
}

static void put_string(struct line *line, const char *text) {
  while (*text != '\0') {
    put(line, *text++);
  }
}

static void put_unsigned(struct line *line, unsigned value, unsigned base, unsigned width) {
  char digits[10];
  unsigned count = 0;
  do {
    digits[count++] = "0123456789abcdef"[value % base];
    value /= base;
  } while (value != 0);
  while (width > count) {
    put(line, '0');
    --width;
  }
  while (count > 0) {
    put(line, digits[--count]);
  }
}

static void put_signed(struct line *line, int value) {
  unsigned magnitude = (unsigned)value;
  if (value < 0) {
    put(line, '-');
    magnitude = 0u - magnitude;
  }
  put_unsigned(line, magnitude, 10, 0);
}

void print(const char *format, ...) {
  struct line line = {.length = 0};
  va_list arguments;
  va_start(arguments, format);
  for (; *format != '\0'; ++format) {
    if (*format != '%') {
      put(&line, *format);
      continue;
    }
    unsigned width = 0;
    while (*++format >= '0' && *format <= '9') {
      width = width * 10 + (unsigned)(*format - '0');
    }
    if (*format == 'l') { /* long is as wide as int here */
      ++format;
    }
    switch (*format) {
    case 's':
      put_string(&line, va_arg(arguments, const char *));
      break;
    case 'c':
      put(&line, (char)va_arg(arguments, int));
      break;
    case 'd':
      put_signed(&line, va_arg(arguments, int));
      break;
    case 'u':
      put_unsigned(&line, va_arg(arguments, unsigned), 10, width);
      break;
    case 'x':
      put_unsigned(&line, va_arg(arguments, unsigned), 16, width);
      break;
    default:
      put(&line, *format);
      break;
    }
  }
  va_end(arguments);
  flush(&line);
}
