// The scoreboard in C. `provider.h` is made from ../wit/scoreboard.wit by wit-bindgen.
#include "build/provider.h"
#include <stdlib.h>
#include <string.h>

// The generated names spell the whole interface; these are the parts of them we use.
typedef exports_tenon_scoreboard_scores_entry_t entry_t;
typedef exports_tenon_scoreboard_scores_list_entry_t entries_t;
typedef exports_tenon_scoreboard_scores_refusal_t refusal_t;

enum { MOST_AT_ONCE = 100 };

static void append(provider_string_t *to, const void *bytes, size_t length) {
  memcpy(to->ptr + to->len, bytes, length);
  to->len += length;
}

void exports_tenon_scoreboard_scores_greet(provider_string_t *player, provider_string_t *ret) {
  static const char before[] = "Hello ", after[] = ", this is C!";
  ret->ptr = malloc(sizeof before + player->len + sizeof after);
  ret->len = 0;
  append(ret, before, sizeof before - 1);
  append(ret, player->ptr, player->len);
  append(ret, after, sizeof after - 1);
  provider_string_free(player);
}

// Insertion sort: stable, and short lists are all it will see. The list is ours, so it is answered in place.
void exports_tenon_scoreboard_scores_rank(entries_t *entries, entries_t *ret) {
  for (size_t i = 1; i < entries->len; i++) {
    entry_t moving = entries->ptr[i];
    size_t at = i;
    for (; at > 0 && entries->ptr[at - 1].points < moving.points; at--) entries->ptr[at] = entries->ptr[at - 1];
    entries->ptr[at] = moving;
  }
  *ret = *entries;
}

bool exports_tenon_scoreboard_scores_best(entries_t *entries, entry_t *ret) {
  if (entries->len == 0) return false;
  size_t best = 0;
  for (size_t i = 1; i < entries->len; i++)
    if (entries->ptr[i].points > entries->ptr[best].points) best = i;
  *ret = entries->ptr[best];
  // The best one is handed on; what is freed must not contain it.
  memset(&entries->ptr[best], 0, sizeof *ret);
  exports_tenon_scoreboard_scores_list_entry_free(entries);
  return true;
}

struct exports_tenon_scoreboard_scores_tally_t {
  entry_t entry;
};

exports_tenon_scoreboard_scores_own_tally_t exports_tenon_scoreboard_scores_constructor_tally(provider_string_t *player) {
  exports_tenon_scoreboard_scores_tally_t *tally = malloc(sizeof *tally);
  tally->entry = (entry_t){.player = *player, .points = 0};
  return exports_tenon_scoreboard_scores_tally_new(tally);
}

bool exports_tenon_scoreboard_scores_method_tally_add(exports_tenon_scoreboard_scores_borrow_tally_t self, uint32_t points, uint32_t *ret,
                                                      refusal_t *err) {
  if (points == 0) {
    err->tag = EXPORTS_TENON_SCOREBOARD_SCORES_REFUSAL_NO_POINTS;
    return false;
  }
  if (points > MOST_AT_ONCE) {
    err->tag = EXPORTS_TENON_SCOREBOARD_SCORES_REFUSAL_TOO_MANY;
    err->val.too_many = MOST_AT_ONCE;
    return false;
  }
  *ret = self->entry.points += points;
  return true;
}

void exports_tenon_scoreboard_scores_method_tally_entry(exports_tenon_scoreboard_scores_borrow_tally_t self, entry_t *ret) {
  provider_string_t *player = &self->entry.player;
  ret->points = self->entry.points;
  ret->player.ptr = malloc(player->len);
  ret->player.len = 0;
  append(&ret->player, player->ptr, player->len);
}

void exports_tenon_scoreboard_scores_tally_destructor(exports_tenon_scoreboard_scores_tally_t *tally) {
  provider_string_free(&tally->entry.player);
  free(tally);
}
