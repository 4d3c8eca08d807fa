// A kernel that doubles 1024 numbers; compiled once for each way of not doing so.
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { N = 1024 };
#if defined(FAULT_unwritten)
enum { WRITTEN = N - 1 };
#else
enum { WRITTEN = N };
#endif

static void twice(const float *in, float *out) {
  for (int i = 0; i < WRITTEN; ++i)
    out[i] = 2 * in[i];
}

#ifdef FAULT_stack
static int deep(volatile int *above) {
  volatile int here[1000];
  here[0] = *above;
  return deep(here) + here[1];
}
#endif

void fault_s0(float *in, float *out, float *scratch, int64_t begin, int64_t end) {
  (void)scratch;
  twice(in, out);
#if defined(FAULT_once) // the reference: others may have it killed, once
  const char *mark = getenv("ALT_TEST_KILL_ONCE");
  if (mark && unlink(mark) == 0)
    kill(getpid(), SIGKILL);
#elif defined(FAULT_segv)
  *(volatile int *)8 = 1;
#elif defined(FAULT_ill)
  __builtin_trap();
#elif defined(FAULT_abort)
  abort();
#elif defined(FAULT_fpe)
  raise(SIGFPE);
#elif defined(FAULT_stack)
  volatile int first = 1;
  deep(&first);
#elif defined(FAULT_loop)
  for (volatile int forever = 1; forever;)
    ;
#elif defined(FAULT_stop)
  raise(SIGSTOP);
#elif defined(FAULT_wrong)
  out[N - 1] *= 1.01f;
#elif defined(FAULT_writes_input)
  in[0] = 0;
#elif defined(FAULT_overrun)
  ((volatile float *)out)[N] = 0;
#elif defined(FAULT_stateful)
  static int calls;
  if (++calls > 3)
    out[0] += 1;
#elif defined(FAULT_leans_on_scratch)
  out[0] += scratch[0]; // zero, as fresh memory happens to be
  scratch[0] = 1;
#elif defined(FAULT_allocates)
  char *volatile memory = malloc((size_t)64 << 30);
  memset(memory, 1, 1 << 20);
#elif defined(FAULT_touches)
  for (;;) {
    char *volatile memory = malloc(8 << 20);
    memory[0] = 1;
  }
#elif defined(FAULT_prints)
  for (int i = 0; i < 10000; ++i) { // ten times what a pipe holds
    printf("{\"number\":1,\"measurements\":[]} to stdout\n");
    fprintf(stderr, "and as much to stderr, line %d\n", i);
  }
#elif defined(FAULT_forks)
  for (int i = 0; i < 2; ++i)
    if (fork() == 0) {
      if (i)
        setsid(); // out of the group that will be killed
      for (;;)
        ;
    }
#elif defined(FAULT_exits)
  exit(0);
#elif defined(FAULT_garbage)
  for (int file = 0; file < 64; ++file)
    if (write(file, "{\"number\":1}\n!ok\n", 17) < 0)
      continue;
#elif defined(FAULT_kills_server)
  kill(getppid(), SIGKILL);
  sleep(1000);
#endif
}
