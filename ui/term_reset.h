/* term_reset - puts the terminal right when the program ends in the middle of something: by exit() or by a fatal signal. One a process.
 * For ui/term.c. */
#ifndef SONDE_UI_TERM_RESET_H
#define SONDE_UI_TERM_RESET_H

#include <termios.h>

/* Remembers how the line is now; and what was remembered. */
void term_reset_save_line(void);
const struct termios *term_reset_line(void);
/* The bytes to send: none; and more of them. */
void term_reset_clear(void);
void term_reset_add(const char *bytes);
/* From now on they are sent. */
void term_reset_arm(void);
void term_reset_disarm(void);

#endif
