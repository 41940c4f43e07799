#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int64_t now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void must(bool is_so, const char *what)
{
    if (is_so)
        return;
    (void)fprintf(stderr, "bench: %s (%s)\n", what, strerror(errno));
    exit(1);
}

size_t number_of(const char *text)
{
    return strtoul(text, NULL, 10);
}

void requests_read(struct requests *requests, const char *file)
{
    FILE *stream = fopen(file, "rb");
    must(stream && fseek(stream, 0, SEEK_END) == 0, file);
    size_t size = (size_t)ftell(stream);
    char *all = calloc(1, size + 1);
    rewind(stream);
    must(all && fread(all, 1, size, stream) == size, file);
    (void)fclose(stream);
    *requests = (struct requests){0};
    for (size_t at = 0; at < size; at += strlen(all + at) + 1)
        requests->count++;
    must(requests->count > 0, "no request");
    requests->list = calloc(requests->count, sizeof *requests->list);
    must(requests->list, "memory");
    size_t i = 0;
    for (size_t at = 0; at < size; at += strlen(all + at) + 1)
        requests->list[i++] = (struct piece){all + at, strlen(all + at)};
}

void requests_free(struct requests *requests)
{
    free((void *)(uintptr_t)requests->list[0].at);
    free(requests->list);
}

struct peer *peers_connect(int port, size_t count)
{
    const int one = 1;
    const struct timeval stall = {.tv_sec = STALL_MS / 1000};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct peer *peers = calloc(count, sizeof *peers);
    must(peers, "memory");
    for (size_t i = 0; i < count; i++) {
        int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        must(made >= 0 && connect(made, (struct sockaddr *)&address, sizeof address) == 0,
             "connect");
        (void)setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        (void)setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &stall, sizeof stall);
        peers[i].socket = made;
    }
    return peers;
}

void peer_send(const struct peer *peer, const struct piece *request)
{
    ssize_t sent = send(peer->socket, request->at, request->length, MSG_NOSIGNAL);
    must(sent == (ssize_t)request->length, "send");
}

bool peer_read(struct peer *peer, struct answer *answer)
{
    ssize_t got = recv(peer->socket, peer->buffer + peer->length, PEER_ROOM - 1 - peer->length, 0);
    must(got > 0, got ? "recv" : "the server closed a connection");
    peer->length += (size_t)got;
    peer->buffer[peer->length] = '\0';
    const char *end = strstr(peer->buffer, "\r\n\r\n");
    must(end || peer->length < PEER_ROOM - 1, "a head without an end");
    if (!end)
        return false;
    const char *length = strcasestr(peer->buffer, "\r\ncontent-length:");
    must(length && length < end, "an answer without a length");
    size_t whole = (size_t)(end + 4 - peer->buffer) + strtoul(length + 17, NULL, 10);
    must(whole < PEER_ROOM - 1, "an answer that is too long for the bench");
    if (peer->length < whole)
        return false;
    *answer = (struct answer){.status = (int)number_of(peer->buffer + 9), .bytes = whole};
    return true;
}
