// A command: it greets those named by its arguments, or by the lines of its input when it is given `-`.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void greet(const char *name) {
  const char *greeting = getenv("GREETING");
  printf("%s %s, from C\n", greeting ? greeting : "Hello", name);
}

int main(int count, char **names) {
  char line[1024];
  if (count == 1) greet("World");
  else if (count == 2 && strcmp(names[1], "-") == 0)
    while (fgets(line, sizeof line, stdin)) {
      line[strcspn(line, "\n")] = 0;
      greet(line);
    }
  else
    for (int i = 1; i < count; i++) greet(names[i]);
  if (fflush(stdout) == 0) return 0;
  perror("hello");
  return 1;
}
