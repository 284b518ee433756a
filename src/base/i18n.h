/* i18n.h: marks the strings that people read, and finds their translations. */
#ifndef CAM_I18N_H
#define CAM_I18N_H

#include <libintl.h>

#define _(text) gettext(text)
#define N_(text) (text)

/*
 * Sets up the language that LANGUAGE, LC_ALL, LC_MESSAGES and LANG ask for, in
 * UTF-8 whatever their charset is; nothing else follows the locale. Where its
 * locale is not installed on this machine, which our translations do not need,
 * the language is used nevertheless. For the start of a program: it changes
 * the environment.
 */
void i18n_open(void);

#endif
