/* The client of the bench: keeps connections open, sends requests that were written beforehand, and
   counts what comes back. One thread over epoll, so that it takes little of what it measures. */
#include "load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

struct load {
    struct requests requests;
    int epoll;
    int status;
    size_t next, in_hand, right, wrong;
    int64_t until_us; /* 0: every request once */
    int64_t total_us, worst_us;
    size_t bytes;
};

/* Sends the next request on this connection; does nothing when there is none left. */
static void send_next(struct load *load, struct peer *peer)
{
    bool over = load->until_us ? now_us() >= load->until_us : load->next == load->requests.count;
    if (over)
        return;
    const struct piece *request = &load->requests.list[load->next++ % load->requests.count];
    peer->sent_us = now_us();
    peer->length = 0;
    peer_send(peer, request);
    load->in_hand++;
}

static void take(struct load *load, struct peer *peer)
{
    struct answer answer;
    if (!peer_read(peer, &answer))
        return;
    int64_t took = now_us() - peer->sent_us;
    load->total_us += took;
    load->worst_us = took > load->worst_us ? took : load->worst_us;
    load->in_hand--;
    if (answer.status == load->status)
        load->right++;
    else if (load->wrong++ == 0)
        (void)fprintf(stderr, "instead of %d: %.*s\n", load->status, (int)peer->length,
                      peer->buffer);
    load->bytes = answer.bytes;
    send_next(load, peer);
}

static void run_load(struct load *load, struct peer *peers, size_t count)
{
    struct epoll_event ready[64];
    for (size_t i = 0; i < count; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &peers[i]};
        must(epoll_ctl(load->epoll, EPOLL_CTL_ADD, peers[i].socket, &event) == 0, "epoll_ctl");
        send_next(load, &peers[i]);
    }
    while (load->in_hand) {
        int found = epoll_wait(load->epoll, ready, 64, STALL_MS);
        must(found > 0 || errno == EINTR, "no answer came for 30 s");
        for (int i = 0; i < found; i++)
            take(load, ready[i].data.ptr);
    }
}

/* load PORT CONNECTIONS SECONDS STATUS FILE; with SECONDS 0, each request once. */
static int load_with(const char *const words[])
{
    struct load load = {.status = (int)number_of(words[3])};
    size_t count = number_of(words[1]);
    double seconds = strtod(words[2], NULL);
    requests_read(&load.requests, words[4]);
    struct peer *peers = peers_connect((int)number_of(words[0]), count);
    load.epoll = epoll_create1(EPOLL_CLOEXEC);
    int64_t began = now_us();
    load.until_us = seconds > 0 ? began + (int64_t)(seconds * 1e6) : 0;
    run_load(&load, peers, count);
    double took = (double)(now_us() - began) / 1e6;
    size_t answers = load.right + load.wrong;
    (void)printf("{\"answers\": %zu, \"wrong\": %zu, \"seconds\": %.6f, \"bytes\": %zu, "
                 "\"mean_ms\": %.3f, \"worst_ms\": %.3f}\n",
                 answers, load.wrong, took, load.bytes,
                 (double)load.total_us / 1e3 / (double)(answers ? answers : 1),
                 (double)load.worst_us / 1e3);
    requests_free(&load.requests);
    free(peers);
    return load.wrong ? 1 : 0;
}

/* hold PORT CONNECTIONS FILE: one answer on each, then all stay open until standard input ends. */
static int hold(const char *const words[])
{
    struct requests requests;
    struct answer answer;
    char rest[64];
    size_t count = number_of(words[1]);
    requests_read(&requests, words[2]);
    struct peer *peers = peers_connect((int)number_of(words[0]), count);
    for (size_t i = 0; i < count; i++) {
        peers[i].length = 0;
        peer_send(&peers[i], &requests.list[i % requests.count]);
        while (!peer_read(&peers[i], &answer))
            ;
        must(answer.status == 200, "a connection that is held was not answered");
    }
    (void)printf("{\"held\": %zu}\n", count);
    (void)fflush(stdout);
    while (read(STDIN_FILENO, rest, sizeof rest) > 0)
        ;
    requests_free(&requests);
    free(peers);
    return 0;
}

/* take PORT FILE: one answer of any length in pieces, thrown away. */
static int take_stream(const char *const words[])
{
    enum { ROOM = 256 * 1024, TAIL = 5 };
    struct requests requests;
    char *room = malloc(ROOM + TAIL), tail[TAIL + 1] = "", head[13] = "";
    size_t bytes = 0;
    ssize_t got;
    requests_read(&requests, words[1]);
    must(room, "memory");
    struct peer *peer = peers_connect((int)number_of(words[0]), 1);
    int64_t began = now_us();
    peer_send(peer, &requests.list[0]);
    while ((got = read(peer->socket, room + TAIL, ROOM)) > 0) {
        if (!bytes)
            memcpy(head, room + TAIL, got > 12 ? 12 : (size_t)got);
        bytes += (size_t)got;
        memcpy(room, tail, TAIL);
        memcpy(tail, room + got, TAIL);
        if (memcmp(tail, "0\r\n\r\n", TAIL) == 0)
            break;
    }
    bool whole = memcmp(tail, "0\r\n\r\n", TAIL) == 0 && strcmp(head, "HTTP/1.1 200") == 0;
    (void)printf("{\"whole\": %s, \"seconds\": %.6f, \"bytes\": %zu}\n", whole ? "true" : "false",
                 (double)(now_us() - began) / 1e6, bytes);
    requests_free(&requests);
    free(peer);
    free(room);
    return whole ? 0 : 1;
}

int main(int count, char *words[])
{
    const char *const *rest = (const char *const *)words + 2;
    if (count == 7 && strcmp(words[1], "load") == 0)
        return load_with(rest);
    if (count == 5 && strcmp(words[1], "hold") == 0)
        return hold(rest);
    if (count == 4 && strcmp(words[1], "take") == 0)
        return take_stream(rest);
    (void)fprintf(stderr, "bench_client load PORT CONNECTIONS SECONDS STATUS FILE\n"
                          "bench_client hold PORT CONNECTIONS FILE\n"
                          "bench_client take PORT FILE\n");
    return 2;
}
