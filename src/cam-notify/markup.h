/* markup.h: plain text where a service reads markup. Pure. */
#ifndef CAM_NOTIFY_MARKUP_H
#define CAM_NOTIFY_MARKUP_H

/* A new string in which no sign of the text means anything. */
char *markup_escape(const char *text);

#endif
