// The calls of Linux that Swift cannot make by itself: `fork` is hidden from it, `prctl` takes a variable number of arguments,
// `copy_file_range` is declared only for those who ask for GNU extensions.
#ifndef MARTLET_PROCESS_H
#define MARTLET_PROCESS_H

#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>

/// `prctl` with one argument; 0 or -1 with `errno`.
static inline int martlet_prctl(int option, unsigned long value) { return prctl(option, value, 0UL, 0UL, 0UL); }

/// `copy_file_range` from and to the files' own positions; bytes copied or -1 with `errno`.
static inline ssize_t martlet_copy_file_range(int from, int to, size_t count) {
    return syscall(SYS_copy_file_range, from, (void *)0, to, (void *)0, count, 0U);
}
#endif

/// `fork`, for a process that has one thread only and whose child calls `exec` next.
static inline pid_t martlet_fork(void) { return fork(); }

#endif
