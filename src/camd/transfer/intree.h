/* intree.h: a folder being received from another camd. */
#ifndef CAM_TRANSFER_INTREE_H
#define CAM_TRANSFER_INTREE_H

#include "camd/transfer/filesum.h"
#include "camd/transfer/internal.h"
#include "camd/transfer/journal.h"
#include "camd/transfer/record.h"

struct intree {
	struct transfer *transfer;
	struct record_reader reader;
	struct journal *journal;
	int fd; /* the file being received, or -1 */
	char stored[BENEATH_NAME_SIZE];
	struct filesum sum;
	uint64_t total; /* of all files of this try, holes and all */
	/* The file that an earlier try had begun: so much of it is there. */
	struct record part;
	uint64_t part_size; /* 0: there is none */
	bool is_part;	    /* fd is that */
	bool ended;
};

/* -- intree.c ----------------------------------------------------------------
 */

int intree_mark(struct intree *tree, int fd, const struct record *record);
void intree_finished(struct intree *tree, uint64_t bytes, unsigned entries);

/* -- intree_left.c: what an earlier try has left -----------------------------
 */

/* Builds on it. Anything but 0: there is nothing to build on, or the disk
 * fails. */
int intree_resume(struct intree *tree);
/* The file that was under way goes, and is sent from its beginning. */
int intree_drop_part(struct intree *tree);
/* All of it goes. */
int intree_start_over(struct intree *tree);

#endif
