// Goes wrong on request. Built with debug information, so that a trap can be told with file and line.
#include "../build/faults.h"

// Not inlined, so that each is a frame of its own.
__attribute__((noinline)) static int32_t quotient(int32_t dividend, int32_t divisor) {
  return dividend / divisor;
}

__attribute__((noinline)) static uint8_t byte_at(const volatile uint8_t *address) {
  return *address;
}

__attribute__((noinline)) static uint32_t one_deeper(uint32_t depth) {
  if (depth == 0) return 0;
  volatile uint32_t below = one_deeper(depth - 1);
  return below + 1;
}

int32_t exports_faults_divide(int32_t dividend, int32_t divisor) {
  return quotient(dividend, divisor);
}

uint8_t exports_faults_peek(uint32_t address) {
  return byte_at((const uint8_t *)address);
}

uint32_t exports_faults_descend(uint32_t depth) {
  return one_deeper(depth);
}

void exports_faults_give_up(faults_string_t *reason) {
  if (reason->len > 0) __builtin_trap();
}
