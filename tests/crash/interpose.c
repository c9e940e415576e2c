/* Stands between a program and the C library: counts the calls that change files below one directory, and at one of
 * them kills everything that takes part, or fails the call as a full or broken disk would.
 *
 * Loaded with LD_PRELOAD into the program and everything it starts. All of them share one page of memory (the file
 * $AUTOLOOP_FAULT names), so that the count runs through git's processes too. Commands of the user carry AUTOLOOP_RUN
 * in their environment and are not counted: they are not part of the program.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

enum { TRACE, KILL, FAIL, FAIL_FROM, TORN, HOLD };
#define MOST 4096

struct shared {
    long count;         /* points passed so far */
    long target;        /* the point at which it happens; 0 is never */
    long action;        /* one of the above */
    long error;         /* errno of FAIL and FAIL_FROM */
    long syncs;         /* whether fsync and its like count */
    long fired;         /* it has happened */
    long people;        /* how many have signed */
    long pids[MOST];    /* who takes part */
    char root[PATH_MAX];    /* only what is below here counts */
    char only[PATH_MAX];    /* FAIL_FROM: only below here */
    char said[512];     /* the call at the target */
};

static struct shared *page;
static char trace_path[PATH_MAX];
static int counted;
static pid_t signed_by;
static long clock_shift;    /* seconds that the wall clock is wrong by */

static long raw_write(int fd, const void *data, size_t size) { return syscall(SYS_write, fd, data, size); }

static void die(void) {
    pid_t me = getpid();
    long people = __atomic_load_n(&page->people, __ATOMIC_SEQ_CST);
    for (long i = 0; i < people && i < MOST; i++)
        if (page->pids[i] && page->pids[i] != me) syscall(SYS_kill, (pid_t)page->pids[i], SIGKILL);
    syscall(SYS_kill, me, SIGKILL);
}

static void take_part(void) {
    pid_t me = getpid();
    if (signed_by == me) return;
    signed_by = me;
    long seat = __atomic_fetch_add(&page->people, 1, __ATOMIC_SEQ_CST);
    if (seat < MOST) page->pids[seat] = me;
    if (page->fired && (page->action == KILL || page->action == TORN)) die();
}

__attribute__((constructor)) void autoloop_attach(void) {
    const char *name = getenv("AUTOLOOP_FAULT");
    if (!name || getenv("AUTOLOOP_RUN")) return;
    int fd = syscall(SYS_openat, AT_FDCWD, name, O_RDWR | O_CLOEXEC, 0);
    if (fd < 0) return;
    void *found = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    syscall(SYS_close, fd);
    if (found == MAP_FAILED) return;
    page = found;
    const char *shift = getenv("AUTOLOOP_FAULT_CLOCK");
    clock_shift = shift ? atol(shift) : 0;
    const char *trace = getenv("AUTOLOOP_FAULT_TRACE");
    if (trace) snprintf(trace_path, sizeof trace_path, "%s", trace);
    counted = 1;
    signed_by = 0;
    take_part();
}

static int below(const char *path, const char *root) {
    size_t n = strlen(root);
    return n && strncmp(path, root, n) == 0 && (path[n] == '/' || path[n] == 0);
}

static int path_of(int fd, char *out) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    long n = syscall(SYS_readlinkat, AT_FDCWD, link, out, PATH_MAX - 1);
    if (n < 0) return 0;
    out[n] = 0;
    return out[0] == '/';
}

static int absolute(int dir, const char *path, char *out) {
    char base[PATH_MAX];
    if (!path) return 0;
    if (path[0] == '/') return snprintf(out, PATH_MAX, "%s", path) < PATH_MAX;
    if (dir == AT_FDCWD) {
        if (syscall(SYS_getcwd, base, sizeof base) < 0) return 0;
    } else if (!path_of(dir, base)) return 0;
    return snprintf(out, PATH_MAX, "%s/%s", base, path) < PATH_MAX;
}

static void note(const char *call, const char *path, long number) {
    char line[PATH_MAX + 64];
    int n = snprintf(line, sizeof line, "%ld %s %s\n", number, call, path);
    if (!trace_path[0]) return;
    int fd = syscall(SYS_openat, AT_FDCWD, trace_path, O_WRONLY | O_APPEND | O_CREAT, 0600);
    if (fd >= 0) { raw_write(fd, line, n); syscall(SYS_close, fd); }
}

/* 0: go on. Otherwise the errno to fail with. -1: do half of it, then die (a torn write). */
static int point(const char *call, const char *path, int is_sync) {
    if (!counted) return 0;
    take_part();
    if (page->fired && (page->action == KILL || page->action == TORN)) die();
    if (!below(path, page->root) || (is_sync && !page->syncs)) return 0;
    long number = __atomic_add_fetch(&page->count, 1, __ATOMIC_SEQ_CST);
    note(call, path, number);
    long target = page->target;
    if (!target || number < target) return 0;
    if (page->action == FAIL_FROM) {
        if (page->only[0] && !below(path, page->only)) return 0;
        page->fired = 1;
        return (int)page->error;
    }
    if (number != target || page->action == TRACE) return 0;
    page->fired = 1;
    snprintf(page->said, sizeof page->said, "%s %s", call, path);
    if (page->action == FAIL) return (int)page->error;
    if (page->action == TORN && strcmp(call, "write") == 0) return -1;
    if (page->action == HOLD) { /* lets the test do something just now: it continues us with SIGCONT */
        syscall(SYS_kill, getpid(), SIGSTOP);
        return 0;
    }
    die();
    return 0;
}

#define REAL(name, type) static __typeof__(type) real; if (!real) real = (__typeof__(type))dlsym(RTLD_NEXT, name)
#define ASK(call, path, sync) do { int verdict_ = point(call, path, sync); if (verdict_ > 0) { errno = verdict_; return -1; } } while (0)
#define AT(call, dir, path) do { char full_[PATH_MAX]; if (counted && absolute(dir, path, full_)) ASK(call, full_, 0); } while (0)
#define FD(call, fd, sync) do { char full_[PATH_MAX]; if (counted && path_of(fd, full_)) ASK(call, full_, sync); } while (0)

#define CREATES(flags) ((flags) & (O_CREAT | O_TRUNC))
#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        mode_t mode = 0; \
        if (flags & O_CREAT) { va_list a; va_start(a, flags); mode = va_arg(a, mode_t); va_end(a); } \
        if (CREATES(flags)) AT("open", AT_FDCWD, path); \
        REAL(#name, int (*)(const char *, int, ...)); return real(path, flags, mode); }
OPEN(open)
OPEN(open64)
#define OPENAT(name) \
    int name(int dir, const char *path, int flags, ...) { \
        mode_t mode = 0; \
        if (flags & O_CREAT) { va_list a; va_start(a, flags); mode = va_arg(a, mode_t); va_end(a); } \
        if (CREATES(flags)) AT("open", dir, path); \
        REAL(#name, int (*)(int, const char *, int, ...)); return real(dir, path, flags, mode); }
OPENAT(openat)
OPENAT(openat64)
#define FOPEN(name) \
    FILE *name(const char *path, const char *how) { \
        char full[PATH_MAX]; \
        if (counted && how[0] != 'r' && absolute(AT_FDCWD, path, full)) { \
            int verdict = point("open", full, 0); if (verdict > 0) { errno = verdict; return NULL; } } \
        REAL(#name, FILE *(*)(const char *, const char *)); return real(path, how); }
FOPEN(fopen)
FOPEN(fopen64)
int creat(const char *path, mode_t mode) { return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

ssize_t write(int fd, const void *data, size_t size) {
    char full[PATH_MAX];
    if (counted && fd > 2 && path_of(fd, full)) {
        int verdict = point("write", full, 0);
        if (verdict > 0) { errno = verdict; return -1; }
        if (verdict < 0) { raw_write(fd, data, size / 2); die(); }
    }
    return syscall(SYS_write, fd, data, size);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    FD("pwrite", fd, 0);
    return syscall(SYS_pwrite64, fd, data, size, at);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { return pwrite64(fd, data, size, at); }
ssize_t sendfile64(int out, int in, off64_t *at, size_t size) { FD("sendfile", out, 0); return syscall(SYS_sendfile, out, in, at, size); }
ssize_t sendfile(int out, int in, off_t *at, size_t size) { return sendfile64(out, in, at, size); }
ssize_t copy_file_range(int in, off64_t *a, int out, off64_t *b, size_t size, unsigned flags) {
    FD("copy_file_range", out, 0);
    return syscall(SYS_copy_file_range, in, a, out, b, size, flags);
}

#define TWO(name, type, dir_from, from, dir_to, to, params, args) \
    int name params { AT(#name, dir_to, to); REAL(#name, int (*) type); return real args; }
TWO(rename, (const char *, const char *), AT_FDCWD, a, AT_FDCWD, b, (const char *a, const char *b), (a, b))
TWO(renameat, (int, const char *, int, const char *), d, a, e, b, (int d, const char *a, int e, const char *b), (d, a, e, b))
TWO(renameat2, (int, const char *, int, const char *, unsigned), d, a, e, b, (int d, const char *a, int e, const char *b, unsigned f), (d, a, e, b, f))
TWO(link, (const char *, const char *), AT_FDCWD, a, AT_FDCWD, b, (const char *a, const char *b), (a, b))
TWO(linkat, (int, const char *, int, const char *, int), d, a, e, b, (int d, const char *a, int e, const char *b, int f), (d, a, e, b, f))
TWO(symlink, (const char *, const char *), AT_FDCWD, a, AT_FDCWD, b, (const char *a, const char *b), (a, b))
TWO(symlinkat, (const char *, int, const char *), AT_FDCWD, a, e, b, (const char *a, int e, const char *b), (a, e, b))

#define ONE(name, type, dir, path, params, args) \
    int name params { AT(#name, dir, path); REAL(#name, int (*) type); return real args; }
ONE(unlink, (const char *), AT_FDCWD, a, (const char *a), (a))
ONE(unlinkat, (int, const char *, int), d, a, (int d, const char *a, int f), (d, a, f))
ONE(remove, (const char *), AT_FDCWD, a, (const char *a), (a))
ONE(rmdir, (const char *), AT_FDCWD, a, (const char *a), (a))
ONE(mkdir, (const char *, mode_t), AT_FDCWD, a, (const char *a, mode_t m), (a, m))
ONE(mkdirat, (int, const char *, mode_t), d, a, (int d, const char *a, mode_t m), (d, a, m))
ONE(chmod, (const char *, mode_t), AT_FDCWD, a, (const char *a, mode_t m), (a, m))
ONE(fchmodat, (int, const char *, mode_t, int), d, a, (int d, const char *a, mode_t m, int f), (d, a, m, f))
ONE(truncate, (const char *, off_t), AT_FDCWD, a, (const char *a, off_t n), (a, n))
ONE(truncate64, (const char *, off64_t), AT_FDCWD, a, (const char *a, off64_t n), (a, n))
ONE(utime, (const char *, const struct utimbuf *), AT_FDCWD, a, (const char *a, const struct utimbuf *t), (a, t))
ONE(utimes, (const char *, const struct timeval *), AT_FDCWD, a, (const char *a, const struct timeval t[2]), (a, t))

int utimensat(int dir, const char *path, const struct timespec times[2], int flags) {
    AT("utimensat", dir, path);
    REAL("utimensat", int (*)(int, const char *, const struct timespec *, int));
    return real(dir, path, times, flags);
}
int futimens(int fd, const struct timespec times[2]) { FD("futimens", fd, 0); REAL("futimens", int (*)(int, const struct timespec *)); return real(fd, times); }
int fchmod(int fd, mode_t mode) { FD("fchmod", fd, 0); REAL("fchmod", int (*)(int, mode_t)); return real(fd, mode); }
int ftruncate(int fd, off_t size) { FD("ftruncate", fd, 0); REAL("ftruncate", int (*)(int, off_t)); return real(fd, size); }
int ftruncate64(int fd, off64_t size) { FD("ftruncate", fd, 0); REAL("ftruncate64", int (*)(int, off64_t)); return real(fd, size); }

int clock_gettime(clockid_t which, struct timespec *now) {
    int done = syscall(SYS_clock_gettime, which, now);
    if (counted && which == CLOCK_REALTIME) now->tv_sec += clock_shift;
    return done;
}
time_t time(time_t *now) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (now) *now = exact.tv_sec;
    return exact.tv_sec;
}

/* What is not synced is lost only when the machine dies; here processes die. So syncs are points of failure alone, and
 * are not waited for. */
int fsync(int fd) { FD("fsync", fd, 1); if (counted) return 0; REAL("fsync", int (*)(int)); return real(fd); }
int fdatasync(int fd) { FD("fdatasync", fd, 1); if (counted) return 0; REAL("fdatasync", int (*)(int)); return real(fd); }
int syncfs(int fd) { FD("syncfs", fd, 1); if (counted) return 0; REAL("syncfs", int (*)(int)); return real(fd); }
