/* The SPU attributes memory: the SAU leaves all to it. */
#include "attribution.h"
#include "registers.h"

#define SAU_CTRL REG32(0xE000EDD0u)
#define ALLNS 2u

#define SPU 0x50003000u
#define FLASHNSC_REGION REG32(SPU + 0x500u)
#define FLASHNSC_SIZE REG32(SPU + 0x504u)
#define FLASH_PERM(n) REG32(SPU + 0x600u + 4u * (n))
#define RAM_PERM(n) REG32(SPU + 0x700u + 4u * (n))
#define FLASH_REGION 0x4000u
#define RAM_REGION 0x2000u
#define RAM 0x20000000u
#define NONSECURE 7u /* to be read, written and executed */
#define SIZE_512 5u

void give_away(void) {
  for (uint32_t at = (uint32_t)__nonsecure_start; at < (uint32_t)__nonsecure_end; at += FLASH_REGION) {
    FLASH_PERM(at / FLASH_REGION) = NONSECURE;
  }
  for (uint32_t at = (uint32_t)__nonsecure_ram_start; at < (uint32_t)__nonsecure_ram_end;
       at += RAM_REGION) {
    RAM_PERM((at - RAM) / RAM_REGION) = NONSECURE;
  }
  FLASHNSC_REGION = (uint32_t)__gateway_start / FLASH_REGION;
  FLASHNSC_SIZE = SIZE_512;
  SAU_CTRL = ALLNS;
}
