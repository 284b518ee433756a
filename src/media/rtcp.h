/* rtcp.h: what senders and receivers tell each other of a stream (RFC 3550, 6;
 * RFC 4585). */
#ifndef CAM_RTCP_H
#define CAM_RTCP_H

#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

enum rtcp_type {
	RTCP_SR = 200,
	RTCP_RR = 201,
	RTCP_SDES = 202,
	RTCP_BYE = 203,
	RTCP_TRANSPORT_FEEDBACK = 205, /* its form: 1 NACK, 15 of transport */
	RTCP_PAYLOAD_FEEDBACK = 206,   /* its form: 1 PLI */
};

enum { RTCP_REPORTS_MAX = 31 };

/* One packet of a compound one. */
struct rtcp_packet {
	uint8_t type;
	uint8_t count; /* of reports; the form of feedback */
	uint32_t ssrc; /* who sends it */
	struct span
	    body; /* what follows the SSRC, padding included; borrowed */
};

struct rtcp_sender {
	uint64_t ntp; /* seconds since 1900, 32.32 bits */
	uint32_t timestamp;
	uint32_t packets;
	uint32_t octets;
};

struct rtcp_report {
	uint32_t ssrc;	       /* whose stream it is about */
	uint8_t fraction_lost; /* of 256 since the report before */
	int32_t lost;	       /* 24 bits */
	uint32_t highest;
	uint32_t jitter;  /* in units of the stream's clock */
	uint32_t last_sr; /* the middle 32 bits of its NTP time; 0: none */
	uint32_t delay;	  /* since then, of 1/65536 s */
};

/*
 * Cuts the first packet of a compound one off rest. CAM_ERR_MORE where nothing
 * is left, CAM_ERR_FORMAT. The order is no matter: single feedback packets are
 * allowed (RFC 5506).
 */
int rtcp_next(struct span *rest, struct rtcp_packet *packet);
/* Of an SR. CAM_ERR_FORMAT. */
int rtcp_read_sender(
    const struct rtcp_packet *packet, struct rtcp_sender *sender);
/* The report of that index of an SR or RR. CAM_ERR_MORE: there are not as many;
 * CAM_ERR_FORMAT. */
int rtcp_read_report(
    const struct rtcp_packet *packet, size_t index, struct rtcp_report *report);

/* Appends an SR, or an RR where sender is NULL; count <= RTCP_REPORTS_MAX. */
void rtcp_put_reports(struct buf *out, uint32_t ssrc,
    const struct rtcp_sender *sender, const struct rtcp_report *reports,
    size_t count);
/* Appends an SDES with the CNAME. */
void rtcp_put_cname(struct buf *out, uint32_t ssrc, const char *cname);
void rtcp_put_bye(struct buf *out, uint32_t ssrc);

/* Wall time in RTCP's form, and the part that comes back in reports. */
uint64_t rtcp_ntp(int64_t wall_us);
uint32_t rtcp_ntp_middle(uint64_t ntp);
/* The round trip that a report shows, in us; 0: it shows none. */
uint32_t rtcp_round_trip_us(const struct rtcp_report *report, uint64_t ntp);

#endif
