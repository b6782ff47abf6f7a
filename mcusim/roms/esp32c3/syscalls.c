/* What of the C library needs the application: by the table that it fills in at start. */
#include "rom.h"

/* As in esp-idf's rom/libc_stubs.h, as far as it is called here. */
struct syscall_table {
  void *(*getreent)(void);
  void *(*malloc_r)(void *reent, size_t size);
  void *not_called[12];
  int (*fstat_r)(void *reent, int file, void *status);
};

#define SYSCALL_TABLE (*(const struct syscall_table **)0x3FCDFFE0u)

/* newlib's struct stat for RISC-V: st_mode follows st_dev and st_ino of two bytes each. */
struct status {
  uint16_t device, inode;
  uint32_t mode;
  uint8_t rest[120];
};
#define MODE_KIND 0170000u
#define MODE_CHARACTERS 0020000u

int r__isatty_r(void *reent, int file) {
  struct status status;
  r_memset(&status, 0, sizeof status);
  const int failed = SYSCALL_TABLE->fstat_r(reent, file, &status);
  return failed == 0 && (status.mode & MODE_KIND) == MODE_CHARACTERS;
}

char *r_strndup(const char *text, size_t limit) {
  size_t size = 0;
  while (size < limit && text[size] != 0) {
    ++size;
  }
  char *copy = SYSCALL_TABLE->malloc_r(SYSCALL_TABLE->getreent(), size + 1);
  if (copy != NULL) {
    r_memcpy(copy, text, size);
    copy[size] = 0;
  }
  return copy;
}
char *r_strdup(const char *text) { return r_strndup(text, SIZE_MAX); }

/* Nothing here takes a lock. */
void r_esp_rom_newlib_init_common_mutexes(void *plain, void *recursive) {
  (void)plain;
  (void)recursive;
}
void r_ets_apb_backup_init_lock_func(void (*lock)(void), void (*unlock)(void)) {
  (void)lock;
  (void)unlock;
}
