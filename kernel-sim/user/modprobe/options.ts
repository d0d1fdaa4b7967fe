// SPDX-License-Identifier: GPL-2.0-or-later
// tidy: words because modprobe.d(5) has a command of that name
/** modprobe's command line. */
import type { OptionSpec } from '../libc/getopt.ts';

export const MODPROBE_OPTIONS: OptionSpec = {
  short: 'arRibfDcnC:d:S:sqvVh',
  long: {
    all: 'a',
    remove: 'r',
    'remove-dependencies': 'holders',
    'remove-holders': 'holders',
    'resolve-alias': 'R',
    'first-time': 'first-time',
    'ignore-install': 'i',
    'ignore-remove': 'i',
    'use-blacklist': 'b',
    force: 'f',
    'force-modversion': 'force-modversion',
    'force-vermagic': 'force-vermagic',
    'show-depends': 'D',
    showconfig: 'c',
    'show-config': 'c',
    'dry-run': 'n',
    show: 'n',
    config: 'C:',
    dirname: 'd:',
    'set-version': 'S:',
    syslog: 's',
    quiet: 'q',
    verbose: 'v',
    version: 'V',
    help: 'h',
  },
};

export const MODPROBE_HELP = `Usage:
	modprobe [options] [-i] [-b] modulename
	modprobe [options] -a [-i] [-b] modulename [modulename...]
	modprobe [options] -r [-i] modulename
	modprobe [options] -r -a [-i] modulename [modulename...]
	modprobe [options] -c
Management Options:
	-a, --all                   Consider every non-argument to
	                            be a module name to be inserted
	                            or removed (-r)
	-r, --remove                Remove modules instead of inserting
	    --remove-dependencies   Deprecated: use --remove-holders
	    --remove-holders        Also remove module holders (use together with -r)
	    --first-time            Fail if module already inserted or removed
	-i, --ignore-install        Ignore install commands
	-i, --ignore-remove         Ignore remove commands
	-b, --use-blacklist         Apply blacklist to resolved alias.
	-f, --force                 Force module insertion or removal.
	                            implies --force-modversions and
	                            --force-vermagic
	    --force-modversion      Ignore module's version
	    --force-vermagic        Ignore module's version magic

Query Options:
	-R, --resolve-alias         Only lookup and print alias and exit
	-D, --show-depends          Only print module dependencies and exit
	-c, --showconfig            Print out known configuration and exit
	-c, --show-config           Same as --showconfig

General Options:
	-n, --dry-run               Do not execute operations, just print out
	-n, --show                  Same as --dry-run
	-C, --config=FILE           Use FILE instead of default search paths
	-d, --dirname=DIR           Use DIR as filesystem root for /lib/modules
	-S, --set-version=VERSION   Use VERSION instead of \`uname -r\`
	-s, --syslog                print to syslog, not stderr
	-q, --quiet                 disable messages
	-v, --verbose               enables more messages
	-V, --version               show version
	-h, --help                  show this help
`;
