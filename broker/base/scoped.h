/* Ownership in two words: `scoped(x_scoped)` frees at every return, `take` lets go. */
#pragma once

#define scoped(free) __attribute__((cleanup(free)))

/* The value of an owner, which owns nothing afterwards. */
#define take(owner)                                                                                \
    __extension__({                                                                                \
        __typeof__(owner) *const take_owner = &(owner);                                            \
        __typeof__(owner) take_value = *take_owner;                                                \
        *take_owner = (__typeof__(owner))0;                                                        \
        take_value;                                                                                \
    })

/* Defines `noun_scoped`, the cleanup of a `struct noun *` made by `noun_new`. */
#define SCOPED(noun)                                                                               \
    static inline void noun##_scoped(struct noun **owner)                                          \
    {                                                                                              \
        noun##_free(*owner);                                                                       \
    }

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
