/* author - who saves a version or moves a label: git's user.name, else the login. */
#ifndef SONDE_PROMPT_AUTHOR_H
#define SONDE_PROMPT_AUTHOR_H

/* Never NULL; the caller's. Asks git, which takes some milliseconds. */
char *prompt_author(void);

#endif
