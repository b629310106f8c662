/* xdg - where the configuration file and the data directory are.
 * SONDE_CONFIG (a file) and SONDE_DATA (a directory) override the XDG base directories. Results are the caller's. */
#ifndef SONDE_BASE_XDG_H
#define SONDE_BASE_XDG_H

#include "base/err.h"

/* $SONDE_CONFIG, else $XDG_CONFIG_HOME/sonde/config.yaml, else ~/.config/sonde/config.yaml. NULL when no home is known. */
char *xdg_config_file(void);
/* $SONDE_DATA, else $XDG_DATA_HOME/sonde, else ~/.local/share/sonde. NULL when no home is known. */
char *xdg_data_dir(void);
/* Makes the directory and its parents with mode 0700 where missing. */
bool xdg_make_dir(const char *path, struct err *e);

#endif
