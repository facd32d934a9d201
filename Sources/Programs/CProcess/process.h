// The calls of Linux that Swift cannot make by itself: `fork` is hidden from it, `prctl` takes a variable number of arguments.
#ifndef MARTLET_PROCESS_H
#define MARTLET_PROCESS_H

#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/prctl.h>
#include <sys/signalfd.h>

/// `prctl` with one argument; 0 or -1 with `errno`.
static inline int martlet_prctl(int option, unsigned long value) { return prctl(option, value, 0UL, 0UL, 0UL); }
#endif

/// `fork`, for a process that has one thread only and whose child calls `exec` next.
static inline pid_t martlet_fork(void) { return fork(); }

#endif
