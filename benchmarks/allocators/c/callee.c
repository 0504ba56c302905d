// `ops` in C. `callee.h` is made from ../../guest/ops.wit by wit-bindgen; what is given is on the heap, and freed here.
#include "../build/callee.h"
#include <stdlib.h>

// The generated names spell the whole interface; these are the parts of them we use.
typedef exports_tenon_bench_ops_own_cell_t own_t;
typedef exports_tenon_bench_ops_borrow_cell_t borrow_t;

struct exports_tenon_bench_ops_cell_t {
  uint32_t value;
};

uint32_t exports_tenon_bench_ops_add(uint32_t a, uint32_t b) { return a + b; }

void exports_tenon_bench_ops_echo(callee_string_t *text, callee_string_t *ret) { *ret = *text; }

uint64_t exports_tenon_bench_ops_sum(callee_list_u32_t *numbers) {
  uint64_t sum = 0;
  for (size_t i = 0; i < numbers->len; i++) sum += numbers->ptr[i];
  callee_list_u32_free(numbers);
  return sum;
}

// Adds each record's id and the first byte of its name.
uint32_t exports_tenon_bench_ops_recs(exports_tenon_bench_ops_list_rec_t *records) {
  uint32_t sum = 0;
  for (size_t i = 0; i < records->len; i++) sum += records->ptr[i].id + records->ptr[i].name.ptr[0];
  exports_tenon_bench_ops_list_rec_free(records);
  return sum;
}

own_t exports_tenon_bench_ops_constructor_cell(uint32_t value) {
  struct exports_tenon_bench_ops_cell_t *cell = malloc(sizeof *cell);
  cell->value = value;
  return exports_tenon_bench_ops_cell_new(cell);
}

uint32_t exports_tenon_bench_ops_method_cell_add(borrow_t self, uint32_t more) { return self->value += more; }

void exports_tenon_bench_ops_cell_destructor(struct exports_tenon_bench_ops_cell_t *cell) { free(cell); }

own_t exports_tenon_bench_ops_pass(own_t cell) { return cell; }

uint32_t exports_tenon_bench_ops_total(exports_tenon_bench_ops_list_borrow_cell_t *cells) {
  uint32_t sum = 0;
  for (size_t i = 0; i < cells->len; i++) sum += cells->ptr[i]->value;
  exports_tenon_bench_ops_list_borrow_cell_free(cells);
  return sum;
}
