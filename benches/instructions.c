#define _GNU_SOURCE

#include "instructions.h"

#if defined(__x86_64__)

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define BREAKPOINT() __asm__ volatile("int3" ::: "memory")

/* In the child. One sign-in comes before, so that nothing is resolved or faulted in between the marks. */
static void work(const struct contender *contender, const struct identity *who)
{
    static char out[OUT_SIZE];
    struct answer answer;
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0 || !contender->sign_in(contender->state, who, out, &answer))
        _exit(1);
    BREAKPOINT();
    (void)contender->sign_in(contender->state, who, out, &answer);
    BREAKPOINT();
    _exit(0);
}

/* Whether the child stopped for a trap, as at a breakpoint and after a step. */
static int is_trapped(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return 0;
    return WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP;
}

static int is_at_breakpoint(pid_t child)
{
    siginfo_t info;
    return ptrace(PTRACE_GETSIGINFO, child, NULL, &info) != 0 || info.si_code == SI_KERNEL;
}

static long address(pid_t child)
{
    return ptrace(PTRACE_PEEKUSER, child, (void *)offsetof(struct user_regs_struct, rip), NULL);
}

/* Steps from the first breakpoint to the second. */
static long steps(pid_t child)
{
    long count = 0, at, before = address(child);
    for (;; before = at) {
        if (ptrace(PTRACE_SINGLESTEP, child, NULL, NULL) != 0 || !is_trapped(child))
            return -1;
        if (is_at_breakpoint(child))
            return count;
        at = address(child);
        count += at != before;
    }
}

long instructions_count(const struct contender *contender, const struct identity *who)
{
    pid_t child = fork();
    long count;
    if (child < 0)
        return -1;
    if (child == 0)
        work(contender, who);
    count = is_trapped(child) ? steps(child) : -1;
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return count;
}

#else

long instructions_count(const struct contender *contender, const struct identity *who)
{
    (void)contender;
    (void)who;
    return -1;
}

#endif
