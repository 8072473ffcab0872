#include "paint.h"

#include "console.h"

enum { SCOPES = 64, PAINT = 0xa5 };

extern uint8_t bss_end[];

const char *paint_store;

static const char *name;
static uintptr_t from, scope_from;
static uint32_t deepest, scopes[SCOPES], scope_count;

/* The lowest byte that is not painted any more. */
static uintptr_t reached(void)
{
    const volatile uint8_t *at = bss_end;

    while (*at == PAINT)
        at++;
    return (uintptr_t)at;
}

static void note_depth(void)
{
    uint32_t depth = (uint32_t)(from - reached());

    if (depth > deepest)
        deepest = depth;
}

__attribute__((noinline)) static void paint(void)
{
    volatile uint8_t *at = bss_end;

    while ((uintptr_t)at < stack_pointer())
        *at++ = PAINT;
}

void paint_begin(const char *what, uintptr_t pointer)
{
    name = what;
    from = pointer;
    deepest = 0;
    scope_count = 0;
    paint();
}

static size_t scope_enter(void *user)
{
    (void)user;
    note_depth();
    scope_from = stack_pointer();
    paint();
    return 0;
}

static void scope_leave(void *user, size_t before)
{
    (void)user;
    (void)before;
    note_depth();
    if (scope_count < SCOPES)
        scopes[scope_count++] = (uint32_t)(scope_from - reached());
}

const linkauth_critical_section paint_section = {
    sizeof paint_section, 0, NULL, scope_enter, scope_leave,
};

void paint_end(linkauth_status status)
{
    uint32_t at;

    note_depth();
    say("CALL ");
    say(paint_store);
    say(" ");
    say(name);
    say(" ");
    say_number((uint32_t)status);
    say(" ");
    say_number(deepest);
    for (at = 0; at < scope_count; at++) {
        say(" ");
        say_number(scopes[at]);
    }
    say("\n");
}
