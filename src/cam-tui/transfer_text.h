/* transfer_text.h: transfers as people read them. Pure. */
#ifndef CAM_TUI_TRANSFER_TEXT_H
#define CAM_TUI_TRANSFER_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "cam-tui/model.h"
#include "cam-tui/style.h"

/* "waiting", "held", "fetched", "declined"; and how it looks. */
const char *transfer_state(const struct model_transfer *transfer);
enum style transfer_style(const struct model_transfer *transfer);
/* What there is to say beyond that: where it lies, until when it is held, why
 * it does not go on; a new string, possibly empty. */
char *transfer_detail(const struct model_transfer *transfer);
/* "2026-01-31" */
enum { TRANSFER_DAY_SIZE = 32 };
void transfer_day(int64_t time_ms, char day[TRANSFER_DAY_SIZE]);
/* Why it does not go on, in the language of the reader; "" for "". */
const char *transfer_reason(const char *reason);

/* Of 100; 100 only when it is complete. */
unsigned transfer_percent(uint64_t done, uint64_t size);
/* "45% 1.2 MiB/s 0:12": part, rate and time left, as far as they are known. */
void transfer_put_pace(const struct model_transfer *transfer, struct buf *out);
/* A bar of so many columns. */
void transfer_put_bar(
    uint64_t done, uint64_t size, unsigned columns, struct buf *out);

/* "folder", "picture", "file" */
const char *transfer_kind(const char *kind);
/* By its kind, or its name: that of a format which can be shown. */
bool transfer_is_picture(const struct model_transfer *transfer);

#endif
