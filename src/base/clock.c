/* clock.c: the time that only goes forward, and the one on the wall. */
#include "base/clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "base/number.h"

/* 0001-01-01 and 9999-12-31, the years RFC 3339 can write, a day inside. */
#define WALL_MIN (INT64_C(-62135510400) * 1000)
#define WALL_MAX (INT64_C(253402214400) * 1000)

uint64_t
clock_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t
clock_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

int64_t
clock_wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
clock_wall_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Every event has a time: printf would take as long as the rest of some. */
static char *
put_digits(char *at, long number, int digits, char after)
{
	for (int i = digits - 1; i >= 0; i--, number /= 10)
		at[i] = (char)('0' + number % 10);
	at[digits] = after;
	return at + digits + 1;
}

void
clock_format(int64_t wall_ms, char *text, size_t size)
{
	char made[CLOCK_TEXT_SIZE] = { 0 }, *at = made;
	struct tm tm = { 0 };
	time_t seconds;
	long minutes; /* east of Greenwich */

	if (wall_ms < WALL_MIN)
		wall_ms = WALL_MIN;
	if (wall_ms > WALL_MAX)
		wall_ms = WALL_MAX;
	seconds = (time_t)(wall_ms / 1000 - (wall_ms % 1000 < 0));
	localtime_r(&seconds, &tm);
	minutes = tm.tm_gmtoff / 60;
	at = put_digits(at, tm.tm_year + 1900, 4, '-');
	at = put_digits(at, tm.tm_mon + 1, 2, '-');
	at = put_digits(at, tm.tm_mday, 2, 'T');
	at = put_digits(at, tm.tm_hour, 2, ':');
	at = put_digits(at, tm.tm_min, 2, ':');
	at = put_digits(at, tm.tm_sec, 2, '.');
	at = put_digits(at, (long)(wall_ms - (int64_t)seconds * 1000), 3,
	    minutes < 0 ? '-' : '+');
	at = put_digits(at, labs(minutes) / 60, 2, ':');
	(void)put_digits(at, labs(minutes) % 60, 2, '\0');
	memcpy(text, made, size < sizeof made ? size : sizeof made);
	if (size > 0)
		text[size - 1] = '\0';
}

/* Takes exactly that many digits from the front of text. */
static bool
take_digits(const char **text, size_t digits, int *value)
{
	uint64_t number;

	if (strnlen(*text, digits) < digits ||
	    number_decimal(span_of(*text, digits), 9999, &number) != 0)
		return false;
	*text += digits;
	*value = (int)number;
	return true;
}

static bool
take_byte(const char **text, char byte)
{
	if (**text != byte)
		return false;
	(*text)++;
	return true;
}

/* "2026-01-31" */
static bool
take_date(const char **text, struct tm *tm)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	const char *at = *text;
	int year, month, day;

	if (!take_digits(&at, 4, &year) || !take_byte(&at, '-') ||
	    !take_digits(&at, 2, &month) || !take_byte(&at, '-') ||
	    !take_digits(&at, 2, &day))
		return false;
	if (year < 1 || month < 1 || month > 12 || day < 1 ||
	    day > days[month - 1])
		return false;
	if (month == 2 && day == 29 &&
	    (year % 4 != 0 || (year % 100 == 0 && year % 400 != 0)))
		return false;
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	tm->tm_mday = day;
	*text = at;
	return true;
}

/* "09:30", "09:30:00" or "09:30:00.125"; more digits of the second are cut. */
static bool
take_time(const char **text, struct tm *tm, int *ms)
{
	const char *at = *text;
	int scale = 100, digit;

	*ms = 0;
	tm->tm_sec = 0;
	if (!take_digits(&at, 2, &tm->tm_hour) || !take_byte(&at, ':') ||
	    !take_digits(&at, 2, &tm->tm_min))
		return false;
	if (take_byte(&at, ':')) {
		if (!take_digits(&at, 2, &tm->tm_sec))
			return false;
		if (take_byte(&at, '.')) {
			if (*at < '0' || *at > '9')
				return false;
			for (; take_digits(&at, 1, &digit); scale /= 10)
				*ms += digit * scale;
		}
	}
	*text = at;
	return tm->tm_hour < 24 && tm->tm_min < 60 && tm->tm_sec <= 60;
}

/* "Z" or "+09:00", in seconds east. */
static bool
take_zone(const char **text, int *offset)
{
	bool west = **text == '-';
	int hours, minutes;

	*offset = 0;
	if (take_byte(text, 'Z') || take_byte(text, 'z'))
		return true;
	if (!take_byte(text, '+') && !take_byte(text, '-'))
		return false;
	if (!take_digits(text, 2, &hours) || !take_byte(text, ':') ||
	    !take_digits(text, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*offset = (hours * 60 + minutes) * (west ? -60 : 60);
	return true;
}

static int
from_local(struct tm *tm, int ms, int64_t *wall_ms)
{
	tm->tm_isdst = -1;
	*wall_ms = (int64_t)mktime(tm) * 1000 + ms;
	return 0;
}

/* A date, with a time and a zone after it or not. */
static int
parse_date(const char *text, struct tm *tm, int64_t *wall_ms)
{
	int ms = 0, offset = 0;

	tm->tm_hour = tm->tm_min = tm->tm_sec = 0;
	if (!take_date(&text, tm))
		return CAM_ERR_FORMAT;
	if (*text == '\0')
		return from_local(tm, 0, wall_ms);
	if ((!take_byte(&text, 'T') && !take_byte(&text, 't') &&
		!take_byte(&text, ' ')) ||
	    !take_time(&text, tm, &ms))
		return CAM_ERR_FORMAT;
	if (*text == '\0')
		return from_local(tm, ms, wall_ms);
	if (!take_zone(&text, &offset) || *text != '\0')
		return CAM_ERR_FORMAT;
	*wall_ms = ((int64_t)timegm(tm) - offset) * 1000 + ms;
	return 0;
}

static int
parse_age(const char *text, int64_t now_ms, int64_t *wall_ms)
{
	static const char units[] = "smhdw";
	static const int64_t unit_ms[] = { 1000, 60000, 3600000, 86400000,
		604800000 };
	size_t len = strlen(text);
	const char *unit = NULL;
	uint64_t count;

	if (len < 2)
		return CAM_ERR_FORMAT;
	unit = strchr(units, text[len - 1]);
	if (unit == NULL ||
	    number_decimal(span_of(text, len - 1), 100000000, &count) != 0)
		return CAM_ERR_FORMAT;
	*wall_ms = now_ms - (int64_t)count * unit_ms[unit - units];
	return 0;
}

int
clock_parse(const char *text, int64_t now_ms, int64_t *wall_ms)
{
	time_t now = (time_t)(now_ms / 1000);
	const char *rest = text;
	struct tm tm = { 0 };
	int ms;

	localtime_r(&now, &tm);
	if (strcmp(text, "yesterday") == 0) {
		tm.tm_mday--;
		tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
		return from_local(&tm, 0, wall_ms);
	}
	if (strchr(text, '-') != NULL)
		return parse_date(text, &tm, wall_ms);
	if (strchr(text, ':') == NULL)
		return parse_age(text, now_ms, wall_ms);
	if (!take_time(&rest, &tm, &ms) || *rest != '\0')
		return CAM_ERR_FORMAT;
	return from_local(&tm, ms, wall_ms);
}
