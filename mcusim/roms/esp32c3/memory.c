/* The memory and string functions of the C library. */
#include "rom.h"

void *r_memcpy(void *target, const void *source, size_t size) {
  uint8_t *to = target;
  const uint8_t *from = source;
  if ((((uintptr_t)to | (uintptr_t)from) & 3u) == 0) {
    for (; size >= 4; size -= 4, to += 4, from += 4) {
      *(uint32_t *)(void *)to = *(const uint32_t *)(const void *)from;
    }
  }
  while (size-- > 0) {
    *to++ = *from++;
  }
  return target;
}

void *r_memmove(void *target, const void *source, size_t size) {
  uint8_t *to = target;
  const uint8_t *from = source;
  if (to <= from || to >= from + size) {
    return r_memcpy(target, source, size);
  }
  while (size-- > 0) {
    to[size] = from[size];
  }
  return target;
}

void *r_memset(void *target, int value, size_t size) {
  uint8_t *to = target;
  const uint32_t word = 0x01010101u * (uint8_t)value;
  for (; size > 0 && ((uintptr_t)to & 3u) != 0; --size) {
    *to++ = (uint8_t)value;
  }
  for (; size >= 4; size -= 4, to += 4) {
    *(uint32_t *)(void *)to = word;
  }
  while (size-- > 0) {
    *to++ = (uint8_t)value;
  }
  return target;
}
void r_bzero(void *target, size_t size) { r_memset(target, 0, size); }

int r_memcmp(const void *first, const void *second, size_t size) {
  const uint8_t *a = first, *b = second;
  for (; size > 0; --size, ++a, ++b) {
    if (*a != *b) {
      return *a - *b;
    }
  }
  return 0;
}

void *r_memchr(const void *source, int value, size_t size) {
  const uint8_t *at = source;
  for (; size > 0; --size, ++at) {
    if (*at == (uint8_t)value) {
      return (void *)(uintptr_t)at;
    }
  }
  return NULL;
}
void *r_memrchr(const void *source, int value, size_t size) {
  const uint8_t *start = source;
  while (size-- > 0) {
    if (start[size] == (uint8_t)value) {
      return (void *)(uintptr_t)(start + size);
    }
  }
  return NULL;
}
void *r_memccpy(void *target, const void *source, int stop, size_t size) {
  uint8_t *to = target;
  const uint8_t *from = source;
  while (size-- > 0) {
    if ((*to++ = *from++) == (uint8_t)stop) {
      return to;
    }
  }
  return NULL;
}

size_t r_strlen(const char *text) {
  size_t size = 0;
  while (text[size] != 0) {
    ++size;
  }
  return size;
}
size_t r_strnlen(const char *text, size_t most) {
  size_t size = 0;
  while (size < most && text[size] != 0) {
    ++size;
  }
  return size;
}

char *r_strcpy(char *target, const char *source) {
  r_memcpy(target, source, r_strlen(source) + 1);
  return target;
}
char *r_strncpy(char *target, const char *source, size_t size) {
  const size_t used = r_strnlen(source, size);
  r_memcpy(target, source, used);
  r_memset(target + used, 0, size - used);
  return target;
}
char *r_strcat(char *target, const char *source) {
  r_strcpy(target + r_strlen(target), source);
  return target;
}
char *r_strncat(char *target, const char *source, size_t size) {
  char *end = target + r_strlen(target);
  const size_t used = r_strnlen(source, size);
  r_memcpy(end, source, used);
  end[used] = 0;
  return target;
}
size_t r_strlcpy(char *target, const char *source, size_t size) {
  const size_t wanted = r_strlen(source);
  if (size > 0) {
    const size_t used = wanted < size - 1 ? wanted : size - 1;
    r_memcpy(target, source, used);
    target[used] = 0;
  }
  return wanted;
}
size_t r_strlcat(char *target, const char *source, size_t size) {
  const size_t used = r_strnlen(target, size);
  return used + r_strlcpy(target + used, source, size - used);
}

int r_strncmp(const char *first, const char *second, size_t size) {
  for (; size > 0; --size, ++first, ++second) {
    if (*first != *second || *first == 0) {
      return (uint8_t)*first - (uint8_t)*second;
    }
  }
  return 0;
}
int r_strcmp(const char *first, const char *second) {
  return r_strncmp(first, second, SIZE_MAX);
}
int r_strcoll(const char *first, const char *second) { return r_strcmp(first, second); }

char *r_strchr(const char *text, int character) {
  for (;; ++text) {
    if (*text == (char)character) {
      return (char *)(uintptr_t)text;
    }
    if (*text == 0) {
      return NULL;
    }
  }
}
char *r_strrchr(const char *text, int character) {
  return r_memrchr(text, character, r_strlen(text) + 1);
}
char *r_strstr(const char *text, const char *wanted) {
  const size_t size = r_strlen(wanted);
  for (;; ++text) {
    if (r_strncmp(text, wanted, size) == 0) {
      return (char *)(uintptr_t)text;
    }
    if (*text == 0) {
      return NULL;
    }
  }
}
size_t r_strspn(const char *text, const char *set) {
  size_t size = 0;
  while (text[size] != 0 && r_strchr(set, text[size]) != NULL) {
    ++size;
  }
  return size;
}
size_t r_strcspn(const char *text, const char *set) {
  size_t size = 0;
  while (text[size] != 0 && r_strchr(set, text[size]) == NULL) {
    ++size;
  }
  return size;
}
char *r_strsep(char **text, const char *set) {
  char *start = *text;
  if (start == NULL) {
    return NULL;
  }
  char *end = start + r_strcspn(start, set);
  *text = *end == 0 ? NULL : end + 1;
  *end = 0;
  return start;
}
char *r_strtok_r(char *text, const char *set, char **rest) {
  char *start = text == NULL ? *rest : text;
  start += r_strspn(start, set);
  char *end = start + r_strcspn(start, set);
  *rest = end + (*end != 0);
  *end = 0;
  return end == start ? NULL : start;
}
