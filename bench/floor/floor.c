// floor: the least that this work costs the kernel.
//
// One thread, one epoll instance, and for every event one write(2) of the frame that sseserver sends for it, on an absolute
// schedule: event k of a stream is due at its start + k * interval. No library, no allocation after the accept, no timer but the
// timeout of epoll_wait, no log, no parsing beyond "a request has ended". What a server costs above this is its own doing.
//
// usage: floor PORT INTERVAL_MS TOTAL
//
// It answers any request on 127.0.0.1:PORT with a stream of TOTAL events. A stream whose socket buffer is full is cut: a floor
// keeps nothing for a client that does not read.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MESSAGE_ID "5b0e0f3c-2f5d-4c3a-9d2e-7a1b6c8d9e0f"
#define BATCH 512 // most epoll events taken at once

static const char head[] =
	"HTTP/1.1 200 OK\r\n"
	"Cache-Control: no-cache, no-transform\r\n"
	"Connection: close\r\n"
	"Content-Type: text/event-stream\r\n"
	"Transfer-Encoding: chunked\r\n"
	"X-Accel-Buffering: no\r\n"
	"\r\n"
	"19\r\n: connected\nretry: 2000\n\n\r\n";

// A stream is one connection. It is in the due queue from the end of its request to its own end.
struct stream {
	struct stream *next, *prev; // the due queue, and next alone in the list of the closed
	int64_t due;                // of its next event, in ns of CLOCK_MONOTONIC
	int fd;
	int position; // of its next event; -1 while the request is being read
	int matched;  // how much of the blank line that ends the request was read
};

static struct stream queue = {.next = &queue, .prev = &queue}; // by due, soonest first
static struct stream *closed; // free once the batch that may still name them is done
static int64_t interval;
static int total, epoll;

static int64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

// enqueue looks from the end: all streams have one interval, so mostly that is the place.
static void enqueue(struct stream *s)
{
	struct stream *after = queue.prev;
	while (after != &queue && after->due > s->due)
		after = after->prev;
	s->prev = after;
	s->next = after->next;
	after->next->prev = s;
	after->next = s;
}

static void dequeue(struct stream *s)
{
	s->prev->next = s->next;
	s->next->prev = s->prev;
}

static void drop(struct stream *s)
{
	if (s->position >= 0)
		dequeue(s);
	close(s->fd);
	s->fd = -1;
	s->next = closed;
	closed = s;
}

static void free_closed(void)
{
	while (closed) {
		struct stream *s = closed;
		closed = s->next;
		free(s);
	}
}

static char *text(char *p, const char *s, size_t n) { return (char *)memcpy(p, s, n) + n; }
#define TEXT(p, literal) text(p, literal, sizeof literal - 1)

static char *number(char *p, int n)
{
	char digits[12];
	int i = sizeof digits;
	do
		digits[--i] = '0' + n % 10;
	while (n /= 10);
	return text(p, digits + i, sizeof digits - i);
}

// chunk_event writes the frame of an event, as one chunk of the chunked coding, behind its size in two hexadecimal digits.
static size_t chunk_event(char *out, int position)
{
	char *p = out + 4;
	p = TEXT(p, "id: ");
	p = number(p, position);
	p = TEXT(p, "\ndata: {\"messageId\":\"" MESSAGE_ID "\",\"chunk\":\"");
	*p++ = 'a' + position % 26;
	p = TEXT(p, "\",\"position\":");
	p = number(p, position);
	p = TEXT(p, ",\"total\":");
	p = number(p, total);
	p = TEXT(p, "}\n\n");
	size_t size = p - (out + 4);
	out[0] = "0123456789abcdef"[size >> 4];
	out[1] = "0123456789abcdef"[size & 15];
	out[2] = '\r';
	out[3] = '\n';
	p = TEXT(p, "\r\n");
	return p - out;
}

// send_due writes the one event that is due. The last is followed by the end of the body.
static void send_due(struct stream *s)
{
	char frame[256];
	size_t size = chunk_event(frame, s->position++);
	if (write(s->fd, frame, size) != (ssize_t)size) {
		drop(s);
	} else if (s->position == total) {
		if (write(s->fd, "0\r\n\r\n", 5) != 5)
			fprintf(stderr, "floor: the end of a stream was not sent\n");
		drop(s);
	} else {
		dequeue(s);
		s->due += interval;
		enqueue(s);
	}
}

static void begin(struct stream *s)
{
	if (write(s->fd, head, sizeof head - 1) != sizeof head - 1) {
		drop(s);
		return;
	}
	s->position = 0;
	s->due = now();
	enqueue(s);
}

// readable reads a request to its blank line and begins the stream. After that only the client's leaving is of interest.
static void readable(struct stream *s)
{
	char in[4096];
	ssize_t n = read(s->fd, in, sizeof in);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		drop(s);
		return;
	}
	for (ssize_t i = 0; i < n && s->position < 0; i++) {
		if (in[i] == "\r\n\r\n"[s->matched])
			s->matched++;
		else
			s->matched = in[i] == '\r';
		if (s->matched == 4) {
			begin(s);
			return;
		}
	}
}

static void accept_all(int listener)
{
	int fd, on = 1;
	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		struct stream *s = calloc(1, sizeof *s);
		if (!s)
			abort();
		s->fd = fd;
		s->position = -1;
		struct epoll_event e = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = s};
		epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
	}
}

static int listen_on(int port)
{
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct sockaddr_in a = {
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) || listen(fd, 4096)) {
		perror("floor: listen");
		exit(1);
	}
	struct epoll_event e = {.events = EPOLLIN, .data.ptr = NULL};
	epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
	return fd;
}

// until returns the time to the next due event for epoll_wait: in ms, rounded up, -1 without one.
static int until(void)
{
	if (queue.next == &queue)
		return -1;
	int64_t left = queue.next->due - now();
	return left <= 0 ? 0 : (left + 999999) / 1000000;
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: floor PORT INTERVAL_MS TOTAL\n");
		return 2;
	}
	interval = atoll(argv[2]) * 1000000;
	total = atoi(argv[3]);
	signal(SIGPIPE, SIG_IGN);
	struct rlimit files;
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	int listener = listen_on(atoi(argv[1]));

	for (;;) {
		struct epoll_event events[BATCH];
		int n = epoll_wait(epoll, events, BATCH, until());
		for (int i = 0; i < n; i++) {
			struct stream *s = events[i].data.ptr;
			if (!s)
				accept_all(listener);
			else if (s->fd >= 0)
				readable(s);
		}
		free_closed();
		// What becomes due on the way waits for the next round, so that clients are heard between two.
		for (int64_t t = now(); queue.next != &queue && queue.next->due <= t;)
			send_due(queue.next);
	}
}
