/* splice.h: plain files between disk and socket without a copy in between. */
#ifndef CAM_TRANSFER_SPLICE_H
#define CAM_TRANSFER_SPLICE_H

#include <stdint.h>

struct transfer;

/* Where the system or the file system cannot, by reading and writing. */
int splice_send(
    struct transfer *transfer, int fd, uint64_t offset, uint64_t len);
int splice_receive(
    struct transfer *transfer, int fd, uint64_t offset, uint64_t len);

#endif
