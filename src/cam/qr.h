/* qr.h: QR codes on the terminal, drawn by cam-qr. */
#ifndef CAM_QR_H
#define CAM_QR_H

#include <stdbool.h>

struct cam;

/* A code of the bytes that hex names, or of the text itself; nothing where
 * stdout is no terminal, it is too narrow, or cam was built without codes. */
void qr_print_hex(struct cam *cam, const char *hex);
void qr_print_text(struct cam *cam, const char *text);

#endif
