/* complain.h: what cam says on stderr when something is wrong. */
#ifndef CAM_COMPLAIN_H
#define CAM_COMPLAIN_H

/*
 * "cam: " and the text as one printable line on stderr, written at once. Text
 * from elsewhere may be among the arguments.
 */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same for what was called wrongly; says where to read on and returns
 * EXIT_USAGE. */
int complain_usage(const char *verb, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
