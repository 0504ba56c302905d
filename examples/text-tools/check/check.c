// Tests of a tool, whatever it is written in. `checking.h` is made from ../wit/text-1.0.wit by wit-bindgen.
#include "build/checking.h"
#include <stdlib.h>
#include <string.h>

static checking_string_t text(const char *of) { return (checking_string_t){(uint8_t *)of, strlen(of)}; }

static bool fail(checking_string_t *err, const char *why) {
  err->len = strlen(why);
  err->ptr = memcpy(malloc(err->len), why, err->len);
  return false;
}

static void apply(const char *to) {
  checking_string_t given = text(to), ret;
  tools_text_tool_apply(&given, &ret);
  checking_string_free(&ret);
}

// Each function gets a fresh tool.
bool exports_checking_test_says_what_it_does(checking_string_t *err) {
  checking_string_t about;
  tools_text_tool_about(&about);
  return about.len > 0 ? true : fail(err, "it says nothing of itself");
}

bool exports_checking_test_counts_words(checking_string_t *err) {
  apply("to be or not to be");
  apply("to do");
  tools_text_tool_list_word_t words;
  tools_text_tool_favourites(2, &words);
  if (words.len != 2) return fail(err, "it was asked for two words and gave another number");
  if (words.ptr[0].times != 3 || memcmp(words.ptr[0].text.ptr, "to", 2) != 0) return fail(err, "`to` was there three times, and should be the first");
  return words.ptr[1].times == 2 ? true : fail(err, "`be` was there twice, and should be the second");
}

bool exports_checking_test_takes_an_empty_text(checking_string_t *err) {
  apply("");
  tools_text_tool_list_word_t words;
  tools_text_tool_favourites(9, &words);
  return words.len == 0 ? true : fail(err, "it found words in an empty text");
}
