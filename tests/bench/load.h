/* What the client of the bench is made of: requests in a file, and connections that stay open. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PEER_ROOM = 64 * 1024, STALL_MS = 30 * 1000 };

struct piece {
    const char *at;
    size_t length;
};

/* Whole HTTP requests, one behind the other, a NUL between them. */
struct requests {
    size_t count;
    struct piece *list; /* the first begins where the file's bytes do */
};

struct answer {
    int status;
    size_t bytes; /* head and body */
};

/* One connection, and what came of its answer so far. */
struct peer {
    int socket;
    int64_t sent_us;
    size_t length;
    char buffer[PEER_ROOM];
};

int64_t now_us(void);
/* Ends the program with a sentence unless it is so. */
void must(bool is_so, const char *what);
/* The number that the text begins with. */
size_t number_of(const char *text);
void requests_read(struct requests *requests, const char *file);
void requests_free(struct requests *requests);
/* Freed with free(), which leaves them open. */
struct peer *peers_connect(int port, size_t count);
void peer_send(const struct peer *peer, const struct piece *request);
/* Reads what is there; true when the answer is whole. */
bool peer_read(struct peer *peer, struct answer *answer);
