/* newlib's system calls: the heap by _sbrk, output by semihosting, nothing else. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "semihosting.h"

extern char _end[], __HeapLimit[];

int _close(int file);
int _fstat(int file, struct stat *status);
int _isatty(int file);
int _lseek(int file, int offset, int whence);
int _read(int file, char *buffer, int length);
int _write(int file, const char *buffer, int length);
int _getpid(void);
int _kill(int pid, int signal);
void *_sbrk(ptrdiff_t increment);
__attribute__((noreturn)) void _exit(int status);

static uintptr_t stack_pointer(void) {
  uintptr_t sp;
  __asm volatile("mov %0, sp" : "=r"(sp));
  return sp;
}

void *_sbrk(ptrdiff_t increment) {
  static uintptr_t program_break = (uintptr_t)_end;
  uintptr_t previous = program_break;
  uintptr_t next = previous + (uintptr_t)increment;
  if (next > (uintptr_t)__HeapLimit || next > stack_pointer()) {
    errno = ENOMEM;
    return (void *)-1;
  }
  program_break = next;
  return (void *)previous;
}

int _write(int file, const char *buffer, int length) {
  (void)file;
  for (int i = 0; i < length; ++i) {
    semihosting_writec(buffer[i]);
  }
  return length;
}

int _read(int file, char *buffer, int length) {
  (void)file, (void)buffer, (void)length;
  return 0; /* end of file */
}

int _close(int file) {
  (void)file;
  return -1;
}

int _fstat(int file, struct stat *status) {
  (void)file;
  status->st_mode = S_IFCHR; /* so that stdio does not buffer whole blocks */
  return 0;
}

int _isatty(int file) {
  (void)file;
  return 1;
}

int _lseek(int file, int offset, int whence) {
  (void)file, (void)offset, (void)whence;
  return 0;
}

int _getpid(void) { return 1; }

int _kill(int pid, int signal) {
  (void)pid, (void)signal;
  errno = EINVAL;
  return -1;
}

void _exit(int status) { semihosting_exit(status); }
