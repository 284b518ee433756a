/* log.h: what a program says of itself while it runs. */
#ifndef CAM_LOG_H
#define CAM_LOG_H

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

/*
 * The one logger of a process: lines go to fd, which stays the caller's. With
 * journal each line begins with the priority as systemd reads it, else with
 * the time. The only state that is not handed down: a library that wants to
 * warn should not need a path to main.
 */
void log_open(int fd, enum log_level level, int journal);
void log_set_level(enum log_level level);
/* Every line from here on also goes to fd, as a JSON object {time, level,
 * text}; -1: no more. Returns what fd was before. */
int log_keep(int fd);
/* "error", "warn", "info", "debug"; CAM_ERR_UNKNOWN for others. */
int log_level_parse(const char *name, enum log_level *level);

/* Text from peers is made printable here: a line of log is always one line.
 * Never a message's text, never a key. */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
