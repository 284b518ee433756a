/* settings.h: the settings of camserver.ini, which make camserver.ini(5) true.
 */
#ifndef CAM_CAMSERVER_SETTINGS_H
#define CAM_CAMSERVER_SETTINGS_H

#include "base/setting.h"
#include "base/settings.h"

const struct setting_table *server_setting_table(void);

#endif
