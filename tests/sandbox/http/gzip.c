/* RFC 1951 and 1952, as much as this needs: the text in stored blocks, the blanks as one literal
   and copies of it in a block with fixed codes. */
#include "sandbox/http/gzip.h"

#include <stdlib.h>
#include <string.h>

enum { STORED_MOST = 65535, COPY = 258 };

struct bits {
    struct text *to;
    unsigned held, count;
};

static void add_bit(struct bits *bits, unsigned bit)
{
    bits->held |= bit << bits->count;
    if (++bits->count == 8) {
        text_add_char(bits->to, (char)bits->held);
        bits->held = bits->count = 0;
    }
}

/* Codes of Huffman go out with their highest bit first. */
static void add_code(struct bits *bits, unsigned code, int length)
{
    while (length-- > 0)
        add_bit(bits, code >> length & 1);
}

static void flush(struct bits *bits)
{
    while (bits->count)
        add_bit(bits, 0);
}

static uint32_t crc_of(uint32_t crc, const void *bytes, size_t length)
{
    const uint8_t *at = bytes;
    crc = ~crc;
    while (length--) {
        crc ^= *at++;
        for (int i = 0; i < 8; i++)
            crc = crc >> 1 ^ (0xEDB88320u & (0u - (crc & 1)));
    }
    return ~crc;
}

static void add_little(struct text *to, uint32_t number, int bytes)
{
    for (int i = 0; i < bytes; i++)
        text_add_char(to, (char)(number >> 8 * i & 0xFF));
}

static void add_stored(struct text *to, const char *bytes, size_t length)
{
    while (length) {
        uint32_t step = length < STORED_MOST ? (uint32_t)length : STORED_MOST;
        text_add_char(to, 0); /* stored, and not the last block */
        add_little(to, step, 2);
        add_little(to, ~step & 0xFFFF, 2);
        text_add_bytes(to, bytes, step);
        bytes += step;
        length -= step;
    }
}

static void add_blanks(struct text *to, size_t blanks)
{
    struct bits bits = {.to = to};
    add_bit(&bits, 1); /* the last block */
    add_bit(&bits, 1); /* with fixed codes */
    add_bit(&bits, 0);
    if (blanks) {
        add_code(&bits, 0x30 + ' ', 8);
        blanks--;
    }
    for (; blanks >= COPY; blanks -= COPY) {
        add_code(&bits, 0xC5, 8); /* length 258 */
        add_code(&bits, 0, 5);    /* from one byte back */
    }
    while (blanks--)
        add_code(&bits, 0x30 + ' ', 8);
    add_code(&bits, 0, 7); /* end of block */
    flush(&bits);
}

void gzip_text(struct text *text, size_t blanks)
{
    static const char head[] = {0x1F, (char)0x8B, 8, 0, 0, 0, 0, 0, 0, (char)0xFF};
    struct text packed = TEXT_LIMIT(text->limit);
    uint32_t crc = crc_of(0, text_of(text), text->length);
    for (size_t i = 0; i < blanks; i++)
        crc = crc_of(crc, " ", 1);
    text_add_bytes(&packed, head, sizeof head);
    add_stored(&packed, text_of(text), text->length);
    add_blanks(&packed, blanks);
    add_little(&packed, crc, 4);
    add_little(&packed, (uint32_t)(text->length + blanks), 4);
    text_scoped(text);
    *text = packed;
}
