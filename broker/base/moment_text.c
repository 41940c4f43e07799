/* How moments and spans are written and read; the clock itself is moment.c. */
#include "base/moment.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { DAY = 86400 };

/* Years 1 to 9999, the range of RFC 3339. */
static const int64_t first_moment = -62135596800, last_moment = 253402300799;

/* So many digits of the number and the mark behind them; moves past them. snprintf takes five times
 * as long for a moment, and an answer has a dozen. */
static void write_digits(char **at, int64_t number, int digits, char mark)
{
    for (int i = digits; i-- > 0; number /= 10)
        (*at)[i] = (char)('0' + number % 10);
    (*at)[digits] = mark;
    *at += digits + 1;
}

void moment_text(int64_t moment, char text[21])
{
    if (moment < first_moment)
        moment = first_moment;
    if (moment > last_moment)
        moment = last_moment;
    time_t seconds = moment;
    struct tm when;
    gmtime_r(&seconds, &when);
    write_digits(&text, when.tm_year + 1900, 4, '-');
    write_digits(&text, when.tm_mon + 1, 2, '-');
    write_digits(&text, when.tm_mday, 2, 'T');
    write_digits(&text, when.tm_hour, 2, ':');
    write_digits(&text, when.tm_min, 2, ':');
    write_digits(&text, when.tm_sec, 2, 'Z');
    *text = '\0';
}

void moment_text_ms(int64_t moment_ms, char text[25])
{
    int64_t seconds = moment_ms / 1000, rest = moment_ms % 1000;
    if (rest < 0) {
        rest += 1000;
        seconds--;
    }
    moment_text(seconds, text);
    text += 19;
    *text++ = '.';
    write_digits(&text, rest, 3, 'Z');
    *text = '\0';
}

/* Reads exactly `digits` digits and moves past them; -1 when they are not there. */
static int read_digits(const char **at, int digits)
{
    int value = 0;
    for (int i = 0; i < digits; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return -1;
        value = value * 10 + (**at - '0');
    }
    return value;
}

static bool read_mark(const char **at, const char *marks)
{
    if (!**at || !strchr(marks, **at))
        return false;
    (*at)++;
    return true;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static bool is_date(int year, int month, int day)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1 || month < 1 || month > 12 || day < 1)
        return false;
    return day <= days[month - 1] + (month == 2 && is_leap(year));
}

/* Days since 1970-01-01 in the Gregorian calendar, counted from March so that leap days come last.
 */
static int64_t days_until(int year, int month, int day)
{
    int64_t y = year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool read_offset(const char **at, int64_t *seconds)
{
    *seconds = 0;
    if (read_mark(at, "Zz"))
        return true;
    int sign = **at == '-' ? -1 : 1;
    if (!read_mark(at, "+-"))
        return false;
    int hours = read_digits(at, 2);
    if (!read_mark(at, ":"))
        return false;
    int minutes = read_digits(at, 2);
    *seconds = sign * (hours * 3600 + minutes * 60);
    return hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60;
}

bool moment_read(const char *text, int64_t *moment)
{
    const char *at = text;
    int year = read_digits(&at, 4);
    bool fine = read_mark(&at, "-");
    int month = read_digits(&at, 2);
    fine = fine && read_mark(&at, "-");
    int day = read_digits(&at, 2);
    fine = fine && read_mark(&at, "Tt");
    int hour = fine ? read_digits(&at, 2) : -1;
    fine = fine && read_mark(&at, ":");
    int minute = fine ? read_digits(&at, 2) : -1;
    fine = fine && read_mark(&at, ":");
    int second = fine ? read_digits(&at, 2) : -1;
    if (!fine || !is_date(year, month, day) || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
        second < 0 || second > 60)
        return false;
    if (read_mark(&at, ".")) {
        size_t decimals = strspn(at, "0123456789");
        if (decimals < 1 || decimals > 9)
            return false;
        at += decimals;
    }
    int64_t offset;
    if (!read_offset(&at, &offset) || *at)
        return false;
    *moment = days_until(year, month, day) * DAY + hour * 3600 + minute * 60 +
              (second > 59 ? 59 : second) - offset;
    return true;
}

bool moment_read_http(const char *text, int64_t *moment)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int day, year, hour, minute, second, end = 0;
    char month[4];
    if (sscanf(text, "%*3[A-Za-z], %2d %3s %4d %2d:%2d:%2d GMT%n", &day, month, &year, &hour,
               &minute, &second, &end) != 6 ||
        !end || text[end])
        return false;
    for (int i = 0; i < 12; i++) {
        if (strcmp(month, months[i]) != 0)
            continue;
        if (!is_date(year, i + 1, day) || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
            second < 0 || second > 60)
            return false;
        *moment = days_until(year, i + 1, day) * DAY + hour * 3600 + minute * 60 + second;
        return true;
    }
    return false;
}

bool span_read(const char *text, int64_t *seconds)
{
    static const struct {
        char unit;
        bool of_time;
        int64_t seconds;
    } units[] = {{'D', false, DAY}, {'H', true, 3600}, {'M', true, 60}, {'S', true, 1}};
    int64_t total = 0;
    size_t next = 0; /* units come in this order, each at most once */
    bool in_time = false, any = false;
    if (*text++ != 'P')
        return false;
    while (*text) {
        if (*text == 'T' && !in_time) {
            in_time = true;
            any = false;
            text++;
            continue;
        }
        size_t digits = strspn(text, "0123456789");
        if (digits < 1 || digits > 9)
            return false;
        int64_t count = 0;
        for (size_t i = 0; i < digits; i++)
            count = count * 10 + (text[i] - '0');
        text += digits;
        while (next < 4 && (units[next].unit != *text || units[next].of_time != in_time))
            next++;
        if (next == 4)
            return false;
        total += count * units[next++].seconds;
        any = true;
        text++;
    }
    if (!any)
        return false;
    *seconds = total;
    return true;
}

void span_text(int64_t seconds, char text[32])
{
    int64_t days = seconds / DAY, hours = seconds % DAY / 3600, minutes = seconds % 3600 / 60;
    int64_t rest = seconds % 60;
    if (seconds <= 0) {
        (void)memcpy(text, "PT0S", 5);
        return;
    }
    int at = snprintf(text, 32, "P");
    if (days)
        at += snprintf(text + at, (size_t)(32 - at), "%lldD", (long long)days);
    if (hours || minutes || rest)
        at += snprintf(text + at, (size_t)(32 - at), "T");
    if (hours)
        at += snprintf(text + at, (size_t)(32 - at), "%lldH", (long long)hours);
    if (minutes)
        at += snprintf(text + at, (size_t)(32 - at), "%lldM", (long long)minutes);
    if (rest)
        (void)snprintf(text + at, (size_t)(32 - at), "%lldS", (long long)rest);
}
