/* i18n.h: marks the strings that people read. */
#ifndef CAM_I18N_H
#define CAM_I18N_H

#include <libintl.h>

#define _(text) gettext(text)
#define N_(text) (text)

#endif
