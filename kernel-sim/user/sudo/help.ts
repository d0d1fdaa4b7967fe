// SPDX-License-Identifier: GPL-2.0-or-later
/** What sudo says about itself. */

export const SUDO_LONG: Readonly<Record<string, string>> = {
  background: 'b',
  chdir: 'D:',
  help: 'h',
  'set-home': 'H',
  login: 'i',
  'remove-timestamp': 'K',
  'reset-timestamp': 'k',
  list: 'l',
  'non-interactive': 'n',
  'preserve-env': 'E',
  'preserve-groups': 'P',
  prompt: 'p:',
  shell: 's',
  stdin: 'S',
  user: 'u:',
  validate: 'v',
  version: 'V',
};

export const SUDO_USAGE = `usage: sudo -h | -K | -k | -V
usage: sudo -v [-ABkNnS] [-g group] [-h host] [-p prompt] [-u user]
usage: sudo -l [-ABkNnS] [-g group] [-h host] [-p prompt] [-U user] [-u user]
            [command [arg ...]]
usage: sudo [-ABbEHkNnPS] [-r role] [-t type] [-C num] [-D directory] [-g
            group] [-h host] [-p prompt] [-R directory] [-T timeout] [-u user]
            [VAR=value] [-i | -s] [command [arg ...]]
usage: sudo -e [-ABkNnS] [-r role] [-t type] [-C num] [-D directory] [-g group]
            [-h host] [-p prompt] [-R directory] [-T timeout] [-u user] file ...
`;

export const SUDO_HELP = `sudo - execute a command as another user

${SUDO_USAGE}
Options:
  -D, --chdir=directory         change the working directory before running
                                command
  -E, --preserve-env            preserve user environment when running command
  -H, --set-home                set HOME variable to target user's home dir
  -h, --help                    display help message and exit
  -i, --login                   run login shell as the target user; a command
                                may also be specified
  -K, --remove-timestamp        remove timestamp file completely
  -k, --reset-timestamp         invalidate timestamp file
  -l, --list                    list user's privileges or check a specific
                                command; use twice for longer format
  -n, --non-interactive         non-interactive mode, no prompts are used
  -s, --shell                   run shell as the target user; a command may
                                also be specified
  -u, --user=user               run command (or edit file) as specified user
                                name or ID
  -V, --version                 display version information and exit
  -v, --validate                update user's timestamp without running a
                                command
  --                            stop processing command line arguments
`;
