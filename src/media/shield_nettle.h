/* shield_nettle.h: AES-256-GCM by Nettle in place of libsrtp2's own, which,
 * where it is built on NSS, makes a session anew for each packet: of what a
 * voice costs beside Opus that is a third. */
#ifndef CAM_SHIELD_NETTLE_H
#define CAM_SHIELD_NETTLE_H

/* After srtp_init(), which forgets it. Proven by its own vector and libsrtp2's
 * first; CAM_ERR_CRYPTO. */
int shield_use_nettle(void);

#endif
