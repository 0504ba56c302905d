// A tool in C: letters of each word from behind. `lasting_tool.h` is made from ../wit/text-1.1.wit by wit-bindgen.
#include "build/lasting_tool.h"
#include <stdlib.h>
#include <string.h>

typedef exports_tools_text_tool_word_t word_t;
typedef exports_tools_text_tool_list_word_t words_t;
typedef exports_tools_text_handover_state_t state_t;
typedef lasting_tool_string_t string_t;

static struct {
  uint32_t texts;
  words_t words;
  size_t room;
  string_t last, longest;
} memory;

// Indices of words plus one, by the hash of their text; 0 where none is.
static uint32_t *places;
static size_t place_count;

static string_t copy(string_t from) {
  string_t to = {malloc(from.len), from.len};
  memcpy(to.ptr, from.ptr, from.len);
  return to;
}

static bool equal(string_t a, string_t b) { return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0; }

static void replace(string_t *text, string_t with) {
  // frees it, unless it is empty: then it has no memory
  lasting_tool_string_free(text);
  *text = with;
}

// FNV-1a, then linear probing: the place of the word, or the free one where it belongs.
static uint32_t *place_of(string_t text) {
  uint32_t hash = 2166136261u;
  for (size_t i = 0; i < text.len; i++) hash = (hash ^ text.ptr[i]) * 16777619u;
  size_t at = hash & (place_count - 1);
  while (places[at] != 0 && !equal(memory.words.ptr[places[at] - 1].text, text)) at = (at + 1) & (place_count - 1);
  return &places[at];
}

// At most half of the places are taken.
static void find_places(size_t words) {
  size_t count = 64;
  while (count < 2 * words) count *= 2;
  if (count <= place_count) return;
  place_count = count;
  free(places);
  places = calloc(place_count, sizeof *places);
  for (size_t i = 0; i < memory.words.len; i++) *place_of(memory.words.ptr[i].text) = i + 1;
}

static void see(string_t text) {
  find_places(memory.words.len + 1);
  uint32_t *place = place_of(text);
  if (*place != 0) {
    memory.words.ptr[*place - 1].times += 1;
    return;
  }
  if (memory.words.len == memory.room) {
    memory.room = memory.room == 0 ? 16 : 2 * memory.room;
    memory.words.ptr = realloc(memory.words.ptr, memory.room * sizeof(word_t));
  }
  memory.words.ptr[memory.words.len++] = (word_t){copy(text), 1};
  *place = memory.words.len;
  if (text.len > memory.longest.len) replace(&memory.longest, copy(text));
}

void exports_tools_text_tool_about(string_t *ret) {
  static const char about[] = "backwards, in C";
  *ret = copy((string_t){(uint8_t *)about, sizeof about - 1});
}

// The bytes of UTF-8 that follow the first one of a character begin with 10.
static bool continues(uint8_t byte) { return (byte & 0xc0) == 0x80; }

static void reverse(uint8_t *to, const uint8_t *word, size_t length) {
  for (size_t end = length; end > 0;) {
    size_t start = end - 1;
    while (start > 0 && continues(word[start])) start--;
    memcpy(to, word + start, end - start);
    to += end - start;
    end = start;
  }
}

void exports_tools_text_tool_apply(string_t *text, string_t *ret) {
  memory.texts += 1;
  *ret = copy(*text);
  for (size_t at = 0; at < text->len;) {
    size_t start = at;
    while (at < text->len && text->ptr[at] > ' ') at++;
    if (at > start) {
      see((string_t){text->ptr + start, at - start});
      reverse(ret->ptr + start, text->ptr + start, at - start);
    } else at++;
  }
  replace(&memory.last, copy(*ret));
  lasting_tool_string_free(text);
}

static int by_times(const void *a, const void *b) {
  const word_t *x = *(const word_t **)a, *y = *(const word_t **)b;
  if (x->times != y->times) return x->times < y->times ? 1 : -1;
  return x < y ? -1 : 1;
}

void exports_tools_text_tool_favourites(uint32_t most, words_t *ret) {
  size_t count = memory.words.len;
  const word_t **sorted = malloc((count + 1) * sizeof *sorted);
  for (size_t i = 0; i < count; i++) sorted[i] = &memory.words.ptr[i];
  qsort(sorted, count, sizeof *sorted, by_times);
  ret->len = most < count ? most : count;
  ret->ptr = malloc((ret->len + 1) * sizeof(word_t));
  for (size_t i = 0; i < ret->len; i++) ret->ptr[i] = (word_t){copy(sorted[i]->text), sorted[i]->times};
  free(sorted);
}

void exports_tools_text_handover_save(state_t *ret) {
  ret->texts = memory.texts;
  ret->last = copy(memory.last);
  ret->longest = copy(memory.longest);
  ret->words.len = memory.words.len;
  ret->words.ptr = malloc((memory.words.len + 1) * sizeof(word_t));
  for (size_t i = 0; i < memory.words.len; i++) ret->words.ptr[i] = (word_t){copy(memory.words.ptr[i].text), memory.words.ptr[i].times};
}

// What came is ours to keep.
bool exports_tools_text_handover_load(state_t *state, string_t *err) {
  memory.texts = state->texts;
  memory.words = *(words_t *)&state->words;
  memory.room = memory.words.len;
  // an empty list has no memory
  if (memory.room == 0) memory.words.ptr = NULL;
  memory.last = state->last;
  memory.longest = state->longest;
  find_places(memory.words.len);
  // A state of version 1.0 has none.
  for (size_t i = 0; i < memory.words.len; i++)
    if (memory.words.ptr[i].text.len > memory.longest.len) replace(&memory.longest, copy(memory.words.ptr[i].text));
  return true;
}
