/* settings.h: the settings of cam.ini, which make cam.ini(5) true. */
#ifndef CAM_CAMD_SETTINGS_H
#define CAM_CAMD_SETTINGS_H

#include "base/setting.h"
#include "base/settings.h"

const struct setting_table *camd_setting_table(void);

/* Reads cam.ini; who and where we are is found out. On an error *problem is a
 * sentence for people (free it). */
int camd_settings_open(
    const char *path, struct settings **settings, char **problem);

#endif
