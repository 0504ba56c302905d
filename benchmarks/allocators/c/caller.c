// Calls `ops` in loops. `caller.h` is made from ../../guest/ops.wit by wit-bindgen. Arguments are passed where they are; what comes back is freed.
#include "../build/caller.h"
#include <stdlib.h>
#include <string.h>

typedef tenon_bench_ops_own_cell_t own_t;
typedef tenon_bench_ops_borrow_cell_t borrow_t;

static caller_string_t repeat(char letter, size_t length) {
  caller_string_t text = {malloc(length), length};
  memset(text.ptr, letter, length);
  return text;
}

uint32_t exports_caller_run_add(uint32_t times) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < times; i++) sum = tenon_bench_ops_add(sum, 3);
  return sum;
}

uint32_t exports_caller_run_echo(uint32_t times, uint32_t length) {
  caller_string_t text = repeat('a', length), answer;
  uint32_t sum = 0;
  for (uint32_t i = 0; i < times; i++) {
    tenon_bench_ops_echo(&text, &answer);
    sum += answer.len;
    caller_string_free(&answer);
  }
  caller_string_free(&text);
  return sum;
}

uint64_t exports_caller_run_sum(uint32_t times, uint32_t length) {
  caller_list_u32_t numbers = {malloc(length * sizeof(uint32_t)), length};
  memset(numbers.ptr, 1, length * sizeof(uint32_t));
  uint64_t sum = 0;
  for (uint32_t i = 0; i < times; i++) sum += tenon_bench_ops_sum(&numbers);
  caller_list_u32_free(&numbers);
  return sum;
}

uint32_t exports_caller_run_recs(uint32_t times, uint32_t length) {
  tenon_bench_ops_list_rec_t records = {malloc(length * sizeof(tenon_bench_ops_rec_t)), length};
  for (uint32_t i = 0; i < length; i++) records.ptr[i] = (tenon_bench_ops_rec_t){i, repeat('b', 24)};
  uint32_t sum = 0;
  for (uint32_t i = 0; i < times; i++) sum += tenon_bench_ops_recs(&records);
  tenon_bench_ops_list_rec_free(&records);
  return sum;
}

uint32_t exports_caller_run_cell(uint32_t times) {
  own_t cell = tenon_bench_ops_constructor_cell(0);
  uint32_t value = 0;
  for (uint32_t i = 0; i < times; i++) value = tenon_bench_ops_method_cell_add(tenon_bench_ops_borrow_cell(cell), 3);
  tenon_bench_ops_cell_drop_own(cell);
  return value;
}

uint32_t exports_caller_run_make(uint32_t times) {
  for (uint32_t i = 0; i < times; i++) tenon_bench_ops_cell_drop_own(tenon_bench_ops_constructor_cell(i));
  return times;
}

uint32_t exports_caller_run_pass(uint32_t times) {
  own_t cell = tenon_bench_ops_constructor_cell(7);
  for (uint32_t i = 0; i < times; i++) cell = tenon_bench_ops_pass(cell);
  uint32_t value = tenon_bench_ops_method_cell_add(tenon_bench_ops_borrow_cell(cell), 0);
  tenon_bench_ops_cell_drop_own(cell);
  return value;
}

uint32_t exports_caller_run_total(uint32_t times, uint32_t length) {
  own_t *cells = malloc(length * sizeof *cells);
  tenon_bench_ops_list_borrow_cell_t lent = {malloc(length * sizeof(borrow_t)), length};
  for (uint32_t i = 0; i < length; i++) lent.ptr[i] = tenon_bench_ops_borrow_cell(cells[i] = tenon_bench_ops_constructor_cell(5));
  uint32_t sum = 0;
  for (uint32_t i = 0; i < times; i++) sum += tenon_bench_ops_total(&lent);
  for (uint32_t i = 0; i < length; i++) tenon_bench_ops_cell_drop_own(cells[i]);
  tenon_bench_ops_list_borrow_cell_free(&lent);
  free(cells);
  return sum;
}
