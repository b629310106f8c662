/* memory - SQLite's memory is that of x_malloc: none left ends the program, where SQLite would leave out names and rows of an answer. */
#ifndef SONDE_STORE_MEMORY_H
#define SONDE_STORE_MEMORY_H

/* To be called once, before any store is opened. */
void store_use_x_malloc(void);

#endif
