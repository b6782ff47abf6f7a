/* Booting from flash as the mask ROM does without signatures, partitions and A/B choice: the first
 * IMAGE_DEF for this chip's Arm cores in the first 4 kB (pico-sdk, boot/picobin.h). */
#include <stdint.h>

#define REG32(address) (*(volatile uint32_t *)(address))
#define FLASH 0x10000000u
#define SEARCHED_BYTES 4096u
#define BLOCK_BYTES 640u
#define BEGIN 0xFFFFDED3u
#define END 0xAB123579u
#define RESETS_CLEAR REG32(0x40020000u + 0x3000u)
#define RESET_TBMAN (1u << 22)
#define TBMAN_GIVE_UP REG32(0x40160FF0u) /* mcusim's door: nothing is there on silicon */
#define WATCHDOG_CTRL REG32(0x400D8000u)
#define WATCHDOG_TRIGGER (1u << 31)

enum { IMAGE_TYPE = 0x42, VECTOR_TABLE = 0x03, ENTRY_POINT = 0x44, LAST = 0xFF };
enum { EXECUTABLE = 1, ARM = 0, RP2350 = 1 };
enum { WHY_USB = 1, WHY_NO_IMAGE = 2 };
enum { REBOOT_KIND = 0xF, REBOOT_TO_USB = 2 };

void enter_image(uint32_t table, uint32_t entry, uint32_t stack);
void hang(void);

struct image {
  uint32_t table;
  uint32_t entry;
  uint32_t stack;
};

static void give_up(uint32_t why) {
  RESETS_CLEAR = RESET_TBMAN;
  TBMAN_GIVE_UP = why;
  hang();
}

int reboot(uint32_t flags, uint32_t delay_ms, uint32_t p0, uint32_t p1) {
  (void)delay_ms;
  (void)p0;
  (void)p1;
  if ((flags & REBOOT_KIND) == REBOOT_TO_USB) {
    give_up(WHY_USB);
  }
  WATCHDOG_CTRL = WATCHDOG_TRIGGER;
  return 0;
}

/* What is asked for of the chip, in words behind the flags that are answered (pico-sdk,
 * boot/bootrom_constants.h, SYS_INFO_*). Nonces and the story of the boot are not kept. */
int get_sys_info(uint32_t *out, uint32_t words, uint32_t flags) {
  enum { CHIP = 1, CRITICAL = 2, CPU = 4, FLASH_DEVICE = 8, RANDOM = 16 };
  enum { TOO_SMALL = -13 };
  static const struct {
    uint32_t flag, count, words[4];
  } known[] = {
      {CHIP, 3, {1, 0x6D637573u, 0x00000001u}}, /* QFN-60, and an identity that no chip has */
      {CRITICAL, 1, {0}},                       /* nothing is locked */
      {CPU, 1, {0}},                            /* Arm */
      {FLASH_DEVICE, 1, {0x0A00u}},             /* 4 MB at chip select 0 */
      {RANDOM, 4, {0x13198A2Eu, 0x03707344u, 0xA4093822u, 0x299F31D0u}}, /* the same each run */
  };
  uint32_t at = 1, answered = 0;
  for (unsigned n = 0; n < sizeof(known) / sizeof(*known); ++n) {
    if (!(flags & known[n].flag)) {
      continue;
    }
    if (at + known[n].count > words) {
      return TOO_SMALL;
    }
    for (uint32_t i = 0; i < known[n].count; ++i) {
      out[at++] = known[n].words[i];
    }
    answered |= known[n].flag;
  }
  out[0] = answered;
  return (int)at;
}

static int is_for_this_chip(uint32_t item) {
  uint32_t flags = item >> 16;
  return (flags & 0xF) == EXECUTABLE && (flags >> 8 & 7) == ARM && (flags >> 12 & 7) == RP2350;
}

/* Whether the block at `at` describes an image; if so, where it begins. */
static int parse(const uint32_t *at, struct image *image) {
  int valid = 0;
  for (const uint32_t *item = at + 1; item < at + BLOCK_BYTES / 4;) {
    uint32_t type = *item & 0xFF;
    uint32_t words = type & 0x80 ? *item >> 8 & 0xFFFF : *item >> 8 & 0xFF;
    if (type == LAST) {
      return valid && words == (uint32_t)(item - at - 1) && item[2] == END;
    }
    if (type == IMAGE_TYPE) {
      valid = is_for_this_chip(*item);
    } else if (type == VECTOR_TABLE) {
      image->table = item[1];
    } else if (type == ENTRY_POINT) {
      image->entry = item[1];
      image->stack = item[2];
    }
    item += words ? words : 1;
  }
  return 0;
}

void boot_from_flash(void) {
  for (uint32_t at = FLASH; at < FLASH + SEARCHED_BYTES; at += 4) {
    struct image image = {FLASH, 0, 0};
    if (REG32(at) != BEGIN || !parse((const uint32_t *)at, &image)) {
      continue;
    }
    uint32_t stack = image.stack ? image.stack : REG32(image.table);
    uint32_t entry = image.entry ? image.entry : REG32(image.table + 4);
    enter_image(image.table, entry | 1, stack);
  }
  give_up(WHY_NO_IMAGE);
}
