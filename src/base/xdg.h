/* xdg - where the configuration file, the data and the cache directory are.
 * SONDE_CONFIG (a file) and SONDE_DATA (a directory) override the XDG base directories. Results are the caller's. */
#ifndef SONDE_BASE_XDG_H
#define SONDE_BASE_XDG_H

#include "base/err.h"

/* $SONDE_CONFIG, else $XDG_CONFIG_HOME/sonde/config.yaml, else ~/.config/sonde/config.yaml. NULL when no home is known. */
char *xdg_config_file(void);
/* $SONDE_DATA, else $XDG_DATA_HOME/sonde, else ~/.local/share/sonde. NULL when no home is known. */
char *xdg_data_dir(void);
/* $XDG_CACHE_HOME/sonde, else ~/.cache/sonde. NULL when no home is known. What is in it can be made again. */
char *xdg_cache_dir(void);
/* A path as people write it: "~/" is the home directory. */
char *xdg_expand(const char *path);
/* The path from the root: what is relative begins with the current directory. */
char *xdg_absolute(const char *path);
/* Makes the directory and its parents with mode 0700 where missing. */
bool xdg_make_dir(const char *path, struct err *e);

#endif
