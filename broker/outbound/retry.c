#include "outbound/retry.h"

#include "base/moment.h"

#include <stddef.h>
#include <string.h>

static int64_t capped(int64_t ms)
{
    return ms < 0 ? 0 : ms > RETRY_AFTER_LIMIT_MS ? RETRY_AFTER_LIMIT_MS : ms;
}

static int64_t decimal_seconds(const char *text)
{
    static const char digits[] = "0123456789";
    size_t whole = strspn(text, digits), decimals = 0;
    int64_t ms = 0;
    for (size_t i = 0; i < whole && ms <= RETRY_AFTER_LIMIT_MS; i++)
        ms = ms * 10 + (text[i] - '0') * INT64_C(1000);
    const char *fraction = text + whole;
    if (whole && *fraction == '.') {
        decimals = strspn(++fraction, digits);
        if (!decimals)
            return RETRY_ABSENT;
    }
    if (!whole || fraction[decimals])
        return RETRY_ABSENT;
    for (size_t i = 0, unit = 100; i < 3 && i < decimals; i++, unit /= 10)
        ms += (fraction[i] - '0') * (int64_t)unit;
    if (decimals > 3 && strspn(fraction + 3, "0") < decimals - 3)
        ms++;
    return capped(ms);
}

int64_t retry_after_ms(const char *value, int64_t now)
{
    int64_t moment;
    if (!value)
        return RETRY_ABSENT;
    if (moment_read_http(value, &moment))
        return moment - now > RETRY_AFTER_LIMIT_MS ? RETRY_AFTER_LIMIT_MS
                                                   : capped((moment - now) * 1000);
    return decimal_seconds(value);
}

int64_t retry_backoff_ms(unsigned failures, uint32_t chance)
{
    int64_t high = 2000;
    for (unsigned i = 1; i < failures && high < RETRY_BACKOFF_LIMIT_MS; i++)
        high *= 2;
    if (high > RETRY_BACKOFF_LIMIT_MS)
        high = RETRY_BACKOFF_LIMIT_MS;
    return high / 2 + ((high / 2 * (int64_t)chance) >> 32);
}
