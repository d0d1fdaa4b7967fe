// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * attach.c - the guest-side helper of the USB/IP judge (static binary, no libs).
 *
 *   attach devlist HOST PORT               OP_REQ_DEVLIST, print what is exported
 *   attach import  HOST PORT BUSID VPORT   OP_REQ_IMPORT, hand the socket to vhci_hcd
 *   attach ethtool IF CMD [ARG..]          the few ethtool ioctls busybox lacks
 *   attach sweep   IF DST LO HI STEP       one ICMP echo per payload size, data verified
 *   attach flood   IF DST N WINDOW         N echoes, WINDOW in flight, mixed sizes, verified
 *
 * Every subcommand prints "key=value" lines and exits 0 on success.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define USBIP_VERSION 0x0111
#define OP_REQ_DEVLIST 0x8005
#define OP_REP_DEVLIST 0x0005
#define OP_REQ_IMPORT 0x8003
#define OP_REP_IMPORT 0x0003
#define VHCI "/sys/devices/platform/vhci_hcd.0/"

static void die(const char *what)
{
	printf("error=%s: %s\n", what, errno ? strerror(errno) : "protocol");
	exit(1);
}

static double now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static int dial(const char *host, const char *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
	struct timeval tv = { .tv_sec = 10 };

	if (fd < 0 || inet_pton(AF_INET, host, &a.sin_addr) != 1)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof tv);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
	if (connect(fd, (void *)&a, sizeof a))
		die("connect");
	return fd;
}

static void readn(int fd, void *p, size_t n, const char *what)
{
	size_t got = 0;
	while (got < n) {
		ssize_t r = read(fd, (char *)p + got, n - got);
		if (r <= 0) {
			if (r == 0)
				errno = 0;
			printf("short_read=%zu of %zu bytes of %s\n", got, n, what);
			die(r ? what : "peer closed the connection");
		}
		got += r;
	}
}

static void writen(int fd, const void *p, size_t n)
{
	if (write(fd, p, n) != (ssize_t)n)
		die("write");
}

static uint16_t g16(const uint8_t *p) { return p[0] << 8 | p[1]; }
static uint32_t g32(const uint8_t *p) { return (uint32_t)g16(p) << 16 | g16(p + 2); }
static void p16(uint8_t *p, uint16_t v) { p[0] = v >> 8; p[1] = v; }

/* struct usbip_usb_device: 312 bytes, all integers big-endian */
static void show_udev(const uint8_t *d)
{
	printf("path=%.256s\nbusid=%.32s\n", (const char *)d, (const char *)d + 256);
	printf("busnum=%u\ndevnum=%u\nspeed=%u\n", g32(d + 288), g32(d + 292), g32(d + 296));
	printf("id=%04x:%04x\nbcdDevice=%04x\n", g16(d + 300), g16(d + 302), g16(d + 304));
	printf("class=%02x/%02x/%02x\nconfigvalue=%u\nnconfigs=%u\nninterfaces=%u\n", d[306], d[307],
	       d[308], d[309], d[310], d[311]);
}

static void op_common(const uint8_t *h, uint16_t want)
{
	errno = 0;
	printf("version=%04x\ncode=%04x\nstatus=%u\n", g16(h), g16(h + 2), g32(h + 4));
	if (g16(h) != USBIP_VERSION)
		die("reply version is not 0x0111");
	if (g16(h + 2) != want)
		die("reply code");
	if (g32(h + 4))
		die("reply status is not 0");
}

static int devlist(char **a)
{
	uint8_t req[8] = { 0 }, h[12], d[312], itf[4];
	int fd = dial(a[0], a[1]);
	uint32_t n, i, j;

	p16(req, USBIP_VERSION);
	p16(req + 2, OP_REQ_DEVLIST);
	writen(fd, req, 8);
	readn(fd, h, 12, "devlist header");
	op_common(h, OP_REP_DEVLIST);
	n = g32(h + 8);
	printf("ndev=%u\n", n);
	for (i = 0; i < n && i < 16; i++) {
		readn(fd, d, 312, "devlist device");
		show_udev(d);
		for (j = 0; j < d[311]; j++) {
			readn(fd, itf, 4, "devlist interface");
			printf("interface%u=%02x/%02x/%02x\n", j, itf[0], itf[1], itf[2]);
		}
	}
	return 0;
}

static int import(char **a)
{
	uint8_t req[40] = { 0 }, h[8], d[312];
	char line[96];
	struct timeval none = { 0 };
	int fd = dial(a[0], a[1]), s, n;

	p16(req, USBIP_VERSION);
	p16(req + 2, OP_REQ_IMPORT);
	strncpy((char *)req + 8, a[2], 31);
	writen(fd, req, 40);
	readn(fd, h, 8, "import header");
	op_common(h, OP_REP_IMPORT);
	readn(fd, d, 312, "import device");
	show_udev(d);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &none, sizeof none);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &none, sizeof none);
	/* "port sockfd devid speed": the kernel takes its own reference on the socket */
	n = snprintf(line, sizeof line, "%s %d %u %u", a[3], fd,
		     g32(d + 288) << 16 | g32(d + 292), g32(d + 296));
	errno = 0;
	s = open(VHCI "attach", O_WRONLY);
	if (s < 0 || write(s, line, n) != n)
		die("write vhci attach");
	printf("attached=%s\n", line);
	return 0;
}

/* ---- ethtool ---- */

static int eth(const char *ifn, void *data)
{
	struct ifreq r = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), rc;

	strncpy(r.ifr_name, ifn, IFNAMSIZ - 1);
	r.ifr_data = data;
	rc = ioctl(fd, SIOCETHTOOL, &r);
	close(fd);
	return rc;
}

static int ethtool(int n, char **a)
{
	const char *ifn = a[0], *c = a[1];
	unsigned i;

	if (!strcmp(c, "driver")) {
		struct ethtool_drvinfo d = { .cmd = ETHTOOL_GDRVINFO };
		if (eth(ifn, &d))
			die(c);
		printf("driver=%s\nbus=%s\n", d.driver, d.bus_info);
	} else if (!strcmp(c, "regs")) {
		struct ethtool_regs *r = calloc(1, sizeof *r + 4096);
		r->cmd = ETHTOOL_GREGS;
		r->len = 4096;
		if (eth(ifn, r))
			die(c);
		printf("version=%08x\nlen=%u\n", r->version, r->len);
		for (i = 0; i + 4 <= r->len; i += 4)
			printf("reg_%03x=%08x\n", i, *(uint32_t *)(r->data + i));
	} else if (!strcmp(c, "eeprom")) {
		unsigned off = n > 2 ? atoi(a[2]) : 0, len = n > 3 ? atoi(a[3]) : 16;
		struct ethtool_eeprom *e = calloc(1, sizeof *e + len);
		e->cmd = ETHTOOL_GEEPROM;
		e->offset = off;
		e->len = len;
		if (eth(ifn, e))
			die(c);
		printf("eeprom=");
		for (i = 0; i < e->len; i++)
			printf("%02x", e->data[i]);
		printf("\n");
	} else if (!strcmp(c, "rxcsum") || !strcmp(c, "txcsum")) {
		int rx = c[0] == 'r';
		struct ethtool_value v = { .cmd = rx ? ETHTOOL_GRXCSUM : ETHTOOL_GTXCSUM };
		if (n > 2) {
			v.cmd = rx ? ETHTOOL_SRXCSUM : ETHTOOL_STXCSUM;
			v.data = atoi(a[2]);
		}
		if (eth(ifn, &v))
			die(c);
		printf("%s=%u\n", c, v.data);
	} else if (!strcmp(c, "nway")) {
		struct ethtool_value v = { .cmd = ETHTOOL_NWAY_RST };
		if (eth(ifn, &v))
			die(c);
		printf("nway=1\n");
	} else if (!strcmp(c, "wol")) {
		struct ethtool_wolinfo w = { .cmd = ETHTOOL_SWOL, .wolopts = strtoul(a[2], 0, 0) };
		if (eth(ifn, &w))
			die(c);
		printf("wol=%x\n", w.wolopts);
	} else if (!strcmp(c, "selftest")) {
		struct ethtool_test *t = calloc(1, sizeof *t + 64 * 8);
		struct ethtool_sset_info *si = calloc(1, sizeof *si + 4);
		struct ethtool_gstrings *s;
		unsigned cnt;

		si->cmd = ETHTOOL_GSSET_INFO;
		si->sset_mask = 1ULL << ETH_SS_TEST;
		if (eth(ifn, si))
			die("sset_info");
		cnt = si->data[0];
		s = calloc(1, sizeof *s + cnt * ETH_GSTRING_LEN);
		s->cmd = ETHTOOL_GSTRINGS;
		s->string_set = ETH_SS_TEST;
		s->len = cnt;
		if (eth(ifn, s))
			die("strings");
		t->cmd = ETHTOOL_TEST;
		t->flags = ETH_TEST_FL_OFFLINE;
		t->len = cnt;
		if (eth(ifn, t))
			die(c);
		for (i = 0; i < cnt; i++)
			printf("test%u=%lld %.32s\n", i, (long long)t->data[i],
			       (char *)s->data + i * ETH_GSTRING_LEN);
		printf("selftest=%s\n", t->flags & ETH_TEST_FL_FAILED ? "failed" : "ok");
		return !!(t->flags & ETH_TEST_FL_FAILED);
	} else {
		die("unknown ethtool command");
	}
	return 0;
}

/* ---- ICMP with verified payloads ---- */

static uint16_t cksum(const void *p, int n)
{
	const uint16_t *w = p;
	uint32_t s = 0;
	for (; n > 1; n -= 2)
		s += *w++;
	if (n)
		s += *(const uint8_t *)w;
	s = (s >> 16) + (s & 0xffff);
	s += s >> 16;
	return ~s;
}

static int raw_icmp(const char *ifn)
{
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, ifn, strlen(ifn)))
		die("raw socket");
	return fd;
}

static uint16_t echo_id;

static void fill(uint8_t *p, unsigned n, unsigned seq)
{
	uint32_t x = seq * 2654435761u + 12345;
	for (unsigned i = 0; i < n; i++) {
		x = x * 1664525 + 1013904223;
		p[i] = x >> 24;
	}
}

static void send_echo(int fd, struct sockaddr_in *to, unsigned seq, unsigned n)
{
	uint8_t b[2048] = { 0 };
	struct icmphdr *h = (void *)b;
	h->type = ICMP_ECHO;
	h->un.echo.id = htons(echo_id);
	h->un.echo.sequence = htons(seq);
	fill(b + 8, n, seq);
	h->checksum = cksum(b, 8 + n);
	if (sendto(fd, b, 8 + n, 0, (void *)to, sizeof *to) != (ssize_t)(8 + n) && errno != ENOBUFS)
		die("sendto");
}

/* returns seq of a reply and its payload length, -1 on timeout, -2 on damaged data */
static int recv_echo(int fd, int ms, unsigned *len)
{
	double end = now() + ms / 1e3;
	for (;;) {
		struct pollfd pf = { .fd = fd, .events = POLLIN };
		uint8_t b[4096], want[4096];
		int left = (end - now()) * 1e3, n, ihl;
		struct icmphdr *h;

		if (left < 0 || poll(&pf, 1, left) <= 0)
			return -1;
		n = recv(fd, b, sizeof b, 0);
		if (n < 28)
			continue;
		ihl = (b[0] & 15) * 4;
		h = (void *)(b + ihl);
		if (h->type != ICMP_ECHOREPLY || ntohs(h->un.echo.id) != echo_id)
			continue;
		n -= ihl + 8;
		*len = n;
		fill(want, n, ntohs(h->un.echo.sequence));
		if (memcmp(want, b + ihl + 8, n))
			return -2;
		return ntohs(h->un.echo.sequence);
	}
}

static int sweep(char **a)
{
	int fd = raw_icmp(a[0]), lo = atoi(a[2]), hi = atoi(a[3]), step = atoi(a[4]);
	struct sockaddr_in to = { .sin_family = AF_INET };
	int sent = 0, ok = 0, bad = 0, lost = 0, slow = 0;
	double t0 = now(), worst = 0;
	char list[512] = "";

	inet_pton(AF_INET, a[1], &to.sin_addr);
	for (int n = lo; n <= hi; n += step) {
		int got = 0;
		for (int try = 0; try < 2 && !got; try++) {
			double t = now();
			unsigned len;
			int r;

			send_echo(fd, &to, n & 0xffff, n);
			if (!try)
				sent++;
			else
				slow++;
			while ((r = recv_echo(fd, 1000, &len)) >= 0 && r != (n & 0xffff))
				;
			if (r == -2 || (r >= 0 && (int)len != n)) {
				bad++;
				got = 1;
				if (strlen(list) < 480)
					sprintf(list + strlen(list), " bad:%d", n);
			} else if (r >= 0) {
				ok++;
				got = 1;
				if (now() - t > worst)
					worst = now() - t;
			}
		}
		if (!got) {
			lost++;
			if (strlen(list) < 480)
				sprintf(list + strlen(list), " lost:%d", n);
			if (lost >= 3)
				break;
		}
	}
	printf("sent=%d\nok=%d\ndamaged=%d\nlost=%d\nretried=%d\nworst_ms=%.1f\nsecs=%.2f\nsizes=%s\n",
	       sent, ok, bad, lost, slow, worst * 1e3, now() - t0, list[0] ? list + 1 : "-");
	return ok != sent || slow;
}

static int flood(char **a)
{
	int fd = raw_icmp(a[0]), total = atoi(a[2]), win = atoi(a[3]);
	struct sockaddr_in to = { .sin_family = AF_INET };
	int sent = 0, ok = 0, bad = 0, inflight = 0, rcvbuf = 1 << 20;
	double t0 = now();

	inet_pton(AF_INET, a[1], &to.sin_addr);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &rcvbuf, sizeof rcvbuf);
	while (ok + bad < total) {
		unsigned len;
		int r;

		while (inflight < win && sent < total) {
			send_echo(fd, &to, sent, (sent * 37) % 1473);
			sent++;
			inflight++;
		}
		r = recv_echo(fd, 1000, &len);
		if (r == -1)
			break;
		inflight--;
		if (r >= 0 && len == (unsigned)(r * 37) % 1473)
			ok++;
		else
			bad++;
	}
	printf("sent=%d\nok=%d\ndamaged=%d\nlost=%d\nsecs=%.2f\n", sent, ok, bad, sent - ok - bad,
	       now() - t0);
	return ok != total;
}

int main(int n, char **a)
{
	setvbuf(stdout, 0, _IOLBF, 0);
	echo_id = getpid();
	if (n == 4 && !strcmp(a[1], "devlist"))
		return devlist(a + 2);
	if (n == 6 && !strcmp(a[1], "import"))
		return import(a + 2);
	if (n >= 4 && !strcmp(a[1], "ethtool"))
		return ethtool(n - 2, a + 2);
	if (n == 7 && !strcmp(a[1], "sweep"))
		return sweep(a + 2);
	if (n == 6 && !strcmp(a[1], "flood"))
		return flood(a + 2);
	fprintf(stderr, "usage: see the head of attach.c\n");
	return 2;
}
