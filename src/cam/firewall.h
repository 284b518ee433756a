/* firewall.h: the packet filters of this machine, as their programs show them.
 */
#ifndef CAM_FIREWALL_H
#define CAM_FIREWALL_H

#include <stdbool.h>

#include "cam/filter.h"

struct firewall {
	/* The kernel's rules, as iptables and nft show them; only where
	 * rules_known. */
	struct filter iptables;
	struct filter nft;
	bool rules_known;
	/* What ufw or firewalld says it lets through; only where front_known.
	 */
	struct filter front;
	bool front_known;
	bool ufw_active;
	bool firewalld_runs;
	bool denied; /* a program would not show rules to us */
	const char
	    *strange; /* a command whose output was not understood, or NULL */
};

/* Runs the programs that are installed; takes as long as they do. Release with
 * firewall_finish(). */
void firewall_read(struct firewall *firewall);
void firewall_finish(struct firewall *firewall);

#endif
