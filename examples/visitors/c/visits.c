// Counts visits, a number for each path. Whoever runs it decides where the numbers are kept.

#include "counter.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool visit(counter_string_t *path, uint64_t *count) {
  counter_string_t name;
  counter_string_set(&name, "default");
  wasi_keyvalue_store_own_bucket_t bucket;
  wasi_keyvalue_store_error_t error;
  if (!wasi_keyvalue_store_open(&name, &bucket, &error)) {
    wasi_keyvalue_store_error_free(&error);
    return false;
  }
  bool counted = wasi_keyvalue_atomics_increment(wasi_keyvalue_store_borrow_bucket(bucket), path, 1, count, &error);
  if (!counted) wasi_keyvalue_atomics_error_free(&error);
  wasi_keyvalue_store_bucket_drop_own(bucket);
  return counted;
}

static void answer(wasi_http_types_own_response_outparam_t response_out, uint16_t status, const char *text) {
  wasi_http_types_own_fields_t headers = wasi_http_types_constructor_fields();
  static const char type[] = "text/plain; charset=utf-8";
  wasi_http_types_field_value_t value = {(uint8_t *)type, strlen(type)};
  wasi_http_types_list_field_value_t values = {&value, 1};
  counter_string_t name;
  counter_string_set(&name, "content-type");
  wasi_http_types_header_error_t refused;
  wasi_http_types_method_fields_set(wasi_http_types_borrow_fields(headers), &name, &values, &refused);

  wasi_http_types_own_outgoing_response_t made = wasi_http_types_constructor_outgoing_response(headers);
  wasi_http_types_borrow_outgoing_response_t response = wasi_http_types_borrow_outgoing_response(made);
  wasi_http_types_method_outgoing_response_set_status_code(response, status);
  wasi_http_types_own_outgoing_body_t body;
  if (!wasi_http_types_method_outgoing_response_body(response, &body)) __builtin_trap();
  wasi_http_types_result_own_outgoing_response_error_code_t result = {.is_err = false, .val.ok = made};
  wasi_http_types_static_response_outparam_set(response_out, &result);

  wasi_io_streams_own_output_stream_t stream;
  if (!wasi_http_types_method_outgoing_body_write(wasi_http_types_borrow_outgoing_body(body), &stream)) __builtin_trap();
  counter_list_u8_t bytes = {(uint8_t *)text, strlen(text)};
  wasi_io_streams_stream_error_t failed;
  wasi_io_streams_method_output_stream_blocking_write_and_flush(wasi_io_streams_borrow_output_stream(stream), &bytes, &failed);
  wasi_io_streams_output_stream_drop_own(stream);
  wasi_http_types_error_code_t incomplete;
  wasi_http_types_static_outgoing_body_finish(body, NULL, &incomplete);
}

void exports_wasi_http_incoming_handler_handle(exports_wasi_http_incoming_handler_own_incoming_request_t request,
                                               exports_wasi_http_incoming_handler_own_response_outparam_t response_out) {
  counter_string_t path;
  if (!wasi_http_types_method_incoming_request_path_with_query(wasi_http_types_borrow_incoming_request(request), &path))
    counter_string_dup(&path, "");
  char text[256];
  uint64_t count;
  bool counted = visit(&path, &count);
  if (counted) snprintf(text, sizeof text, "Counter %.*s: %" PRIu64 "\n", (int)path.len, (char *)path.ptr, count);
  else snprintf(text, sizeof text, "the store does not count\n");
  counter_string_free(&path);
  wasi_http_types_incoming_request_drop_own(request);
  answer(response_out, counted ? 200 : 503, text);
}
