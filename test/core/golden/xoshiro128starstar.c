/* Golden numbers for src/core/rng.ts: xoshiro128** 1.1, written from the algorithm as published by D. Blackman and
   S. Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47:4 (2021), figure of xoshiro128.
   cc -O2 -o xoshiro xoshiro128starstar.c && ./xoshiro > xoshiro128starstar.json */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

static uint32_t s[4];

static uint32_t rotl(uint32_t x, int k) { return (x << k) | (x >> (32 - k)); }

static uint32_t next(void) {
  const uint32_t result = rotl(s[1] * 5, 7) * 9;
  const uint32_t t = s[1] << 9;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotl(s[3], 11);
  return result;
}

int main(void) {
  const uint32_t states[4][4] = {{1, 2, 3, 4},
                                 {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
                                 {0x80000000, 0, 0, 0},
                                 {0x9e3779b9, 0x243f6a88, 0xb7e15162, 0xdeadbeef}};
  printf("[\n");
  for (int i = 0; i < 4; i++) {
    for (int j = 0; j < 4; j++) s[j] = states[i][j];
    printf("  { \"state\": [%" PRIu32 ", %" PRIu32 ", %" PRIu32 ", %" PRIu32 "], \"first\": [", s[0], s[1], s[2], s[3]);
    for (int k = 0; k < 8; k++) printf("%s%" PRIu32, k ? ", " : "", next());
    uint32_t x = 0;
    for (int k = 8; k < 1000000; k++) x = next();
    printf("], \"millionth\": %" PRIu32 " }%s\n", x, i < 3 ? "," : "");
  }
  printf("]\n");
}
