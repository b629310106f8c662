/* sha256 - the hash of FIPS 180-4, for names that content gives. Not for keys or passwords. Pure. */
#ifndef SONDE_BASE_SHA256_H
#define SONDE_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32

struct sha256 {
	uint32_t state[8];
	uint64_t len; /* bytes so far */
	unsigned char block[64];
};

void sha256_init(struct sha256 *h);
void sha256_add(struct sha256 *h, const void *bytes, size_t len);
/* The hash of all that was added; h needs a new sha256_init afterwards. */
void sha256_end(struct sha256 *h, unsigned char out[SHA256_SIZE]);

#endif
