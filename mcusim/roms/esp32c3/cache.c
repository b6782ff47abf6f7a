/* Services around the cache and its MMU. */
#include "rom.h"

#define LINE_BYTES 32u
#define ENABLE (1u << 0)
#define AUTOLOAD_ENABLE (1u << 2)
#define INVALIDATE (1u << 0)
#define INVALIDATED (1u << 1)
#define FREEZE (1u << 0)
#define FROZEN (1u << 2)
#define WINDOW_MASK 0x7FFFFFu
#define PAGE_SHIFT 16u
#define ENTRIES 128u
#define INVALID (1u << 8)

static uint32_t irom_end, drom_end;

struct cache_mode {
  uint32_t cache_size;
  uint16_t cache_line_size;
  uint8_t cache_ways;
  uint8_t ibus;
};

uint32_t r_Cache_Get_ICache_Line_Size(void) { return LINE_BYTES; }
void r_Cache_Get_Mode(struct cache_mode *mode) {
  *mode = (struct cache_mode){.cache_size = 0x4000, .cache_line_size = LINE_BYTES, .cache_ways = 8};
}
void r_Cache_Set_Default_Mode(void) {}
void r_Cache_Enable_Default_ICache_Mode(void) { CACHE_CTRL |= ENABLE; }
void r_ROM_Boot_Cache_Init(void) {}
void r_Cache_Owner_Init(void) {}
void r_Cache_Occupy_ICache_MEMORY(uint32_t low) { (void)low; }
void r_Cache_Mask_All(void) {}
void r_Cache_UnMask_Dram0(void) {}
bool r_Cache_Address_Through_IBus(uint32_t address) { return address >> 23 == 0x42000000u >> 23; }
bool r_Cache_Address_Through_DBus(uint32_t address) { return address >> 23 == 0x3C000000u >> 23; }

static void invalidate(uint32_t address, uint32_t size) {
  CACHE_SYNC_ADDR = address;
  CACHE_SYNC_SIZE = size;
  CACHE_SYNC_CTRL = INVALIDATE;
  while ((CACHE_SYNC_CTRL & INVALIDATED) == 0) {
  }
}
void r_Cache_Invalidate_ICache_Items(uint32_t address, uint32_t items) {
  invalidate(address, items * LINE_BYTES);
}
int r_Cache_Invalidate_Addr(uint32_t address, uint32_t size) {
  invalidate(address, size);
  return 0;
}
void r_Cache_Invalidate_ICache_All(void) { invalidate(0, 0); }

uint32_t r_Cache_Suspend_ICache_Autoload(void) {
  const uint32_t was = CACHE_AUTOLOAD & AUTOLOAD_ENABLE;
  CACHE_AUTOLOAD &= ~AUTOLOAD_ENABLE;
  return was;
}
void r_Cache_Resume_ICache_Autoload(uint32_t was) { CACHE_AUTOLOAD |= was & AUTOLOAD_ENABLE; }
void r_Cache_Enable_ICache_Autoload(void) { CACHE_AUTOLOAD |= AUTOLOAD_ENABLE; }
void r_Cache_Disable_ICache_Autoload(void) { CACHE_AUTOLOAD &= ~AUTOLOAD_ENABLE; }
uint32_t r_Cache_Start_ICache_Preload(uint32_t address, uint32_t size, uint32_t order) {
  (void)address, (void)size, (void)order;
  return r_Cache_Suspend_ICache_Autoload();
}
uint32_t r_Cache_ICache_Preload_Done(void) { return 1; }
void r_Cache_End_ICache_Preload(uint32_t was) { r_Cache_Resume_ICache_Autoload(was); }
void r_Cache_Lock_ICache_Items(uint32_t address, uint32_t items) { (void)address, (void)items; }
void r_Cache_Unlock_ICache_Items(uint32_t address, uint32_t items) { (void)address, (void)items; }
int r_Cache_Lock_Addr(uint32_t address, uint32_t size) {
  (void)address, (void)size;
  return 0;
}
int r_Cache_Unlock_Addr(uint32_t address, uint32_t size) { return r_Cache_Lock_Addr(address, size); }

uint32_t r_Cache_Suspend_ICache(void) {
  const uint32_t was = r_Cache_Suspend_ICache_Autoload();
  CACHE_CTRL &= ~ENABLE;
  return was;
}
void r_Cache_Resume_ICache(uint32_t was) {
  CACHE_CTRL |= ENABLE;
  r_Cache_Resume_ICache_Autoload(was);
}
uint32_t r_Cache_Disable_ICache(void) {
  const uint32_t was = r_Cache_Suspend_ICache();
  r_Cache_Invalidate_ICache_All();
  return was;
}
void r_Cache_Enable_ICache(uint32_t was) { r_Cache_Resume_ICache(was); }
void r_Cache_Freeze_ICache_Enable(int mode) {
  (void)mode;
  CACHE_FREEZE = FREEZE;
  while ((CACHE_FREEZE & FROZEN) == 0) {
  }
}
void r_Cache_Freeze_ICache_Disable(void) { CACHE_FREEZE = 0; }

/* In bytes of the table: four an entry. */
void r_Cache_Set_IDROM_MMU_Size(uint32_t irom, uint32_t drom) {
  irom_end = irom;
  drom_end = irom + drom;
}
uint32_t r_Cache_Get_IROM_MMU_End(void) { return irom_end; }
uint32_t r_Cache_Get_DROM_MMU_End(void) { return drom_end; }

void r_Cache_MMU_Init(void) {
  for (uint32_t n = 0; n < ENTRIES; ++n) {
    MMU_ENTRY(n) = INVALID;
  }
}

int r_Cache_Ibus_MMU_Set(uint32_t external, uint32_t address, uint32_t physical, uint32_t page_kb,
                         uint32_t count, uint32_t fixed) {
  if (page_kb != 64) {
    return 3;
  }
  const uint32_t first = (address & WINDOW_MASK) >> PAGE_SHIFT;
  for (uint32_t n = 0; n < count; ++n) {
    MMU_ENTRY(first + n) = external | ((physical >> PAGE_SHIFT) + (fixed ? 0 : n));
  }
  return 0;
}
int r_Cache_Dbus_MMU_Set(uint32_t external, uint32_t address, uint32_t physical, uint32_t page_kb,
                         uint32_t count, uint32_t fixed) {
  return r_Cache_Ibus_MMU_Set(external, address, physical, page_kb, count, fixed);
}
uint32_t r_Cache_Count_Flash_Pages(uint32_t bus, uint32_t *page_0_mapped) {
  (void)bus;
  uint32_t highest = 0;
  for (uint32_t n = 0; n < ENTRIES; ++n) {
    const uint32_t entry = MMU_ENTRY(n);
    if ((entry & INVALID) == 0) {
      *page_0_mapped |= entry == 0;
      highest = entry + 1 > highest ? entry + 1 : highest;
    }
  }
  return highest;
}
