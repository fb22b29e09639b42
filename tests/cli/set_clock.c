/* A clock of the day that a test sets, for programs that load this before libc.
 *
 * The file that CLOCK_OFFSET names holds the seconds by which it is off, as a
 * long; it is mapped, so that writing there sets the clock of all of them at
 * once. Monotonic clocks stay the kernel's. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long off(void) {
    static volatile long *seconds;
    if (!seconds) {
        static const long none = 0;
        const char *name = getenv("CLOCK_OFFSET");
        int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
        void *seen = MAP_FAILED;
        if (file >= 0) {
            seen = mmap(NULL, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
            close(file);
        }
        seconds = seen == MAP_FAILED ? (volatile long *)&none : seen;
    }
    return *seconds;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*kernels)(clockid_t, struct timespec *);
    if (!kernels) kernels = dlsym(RTLD_NEXT, "clock_gettime");
    int failed = kernels(clock, now);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += off();
    return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    static int (*kernels)(struct timeval *, void *);
    if (!kernels) kernels = dlsym(RTLD_NEXT, "gettimeofday");
    int failed = kernels(now, zone);
    if (!failed && now) now->tv_sec += off();
    return failed;
}

time_t time(time_t *now) {
    struct timespec found;
    clock_gettime(CLOCK_REALTIME, &found);
    if (now) *now = found.tv_sec;
    return found.tv_sec;
}
