// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What users of linux-kernel-module-rust type for its examples, word for word and in order, with
 * what must come. The page and `ringzero run` are held to the same table.
 */

export interface ExampleCommand {
  readonly line: string;
  /** In what it prints, the log's times left out; nothing at all unless told. */
  readonly prints?: RegExp;
  /** Only Ctrl-C ends it. */
  readonly isEndless?: true;
}

const SYSCTL = '/proc/sys/rust/example/test';
const INVALID_KEY = /^sysctl: setting key "rust\.example\.test": Invalid argument/;
/** Rejected values change nothing. */
const STAYS_2: ExampleCommand = { line: `cat ${SYSCTL}`, prints: /^2$/ };
// A terminal of 75 columns breaks the line.
const NOT_FOR_THIS_BOARD = /insert module sync_example\.ko: Invalid module form\n?at$/;
const FOR_THE_PI =
  'make TARGET=armv7l-linux-kernel-module KDIR=/usr/src/linux CROSS=arm-linux-gnueabihf-';

// prettier-ignore
export const EXAMPLE_COMMANDS: Readonly<Record<string, readonly ExampleCommand[]>> = {
  hello_world: [
    { line: 'cd ~/hello_world' },
    { line: 'make', prints: /LD \[M\] {2}helloworld\.ko$/ },
    { line: 'sudo insmod helloworld.ko' },
    { line: 'dmesg | tail -n 1', prints: /^Hello from TypeScript!$/ },
    { line: 'lsmod', prints: /^helloworld +\d+ +0$/m },
    { line: 'sudo rmmod helloworld' },
    { line: 'dmesg | tail -n 2', prints: /^Hello from TypeScript!\nGoodbye from TypeScript!$/ },
    { line: 'make clean', prints: /CLEAN +helloworld\.ko$/ },
    { line: 'ls', prints: /^(?!.*\.ko)/s },
  ],
  yes_chardev: [
    { line: 'cd ~/yes_chardev' },
    { line: 'make', prints: /LD \[M\] {2}yes_chardev\.ko$/ },
    { line: 'sudo insmod yes_chardev.ko' },
    { line: 'cat /proc/devices', prints: /^243 yes$/m },
    { line: 'dmesg | tail -n 2', prints: /^Hello CharDev from TypeScript!\nMy major number: 243$/ },
    { line: 'sudo mknod /dev/yes c 243 0' },
    { line: 'sudo cat /dev/yes', prints: /(?:^y\n){10}/m, isEndless: true },
    { line: 'sudo rmmod yes_chardev' },
    { line: 'dmesg | tail -n 1', prints: /^Goodbye CharDev from TypeScript!$/ },
    { line: 'cat /proc/devices', prints: /^(?!.*yes)/s },
    { line: 'make clean', prints: /CLEAN +yes_chardev\.ko$/ },
  ],
  simple_sysctl: [
    { line: 'cd ~/simple_sysctl' },
    { line: 'make', prints: /LD \[M\] {2}simple_sysctl\.ko$/ },
    { line: 'sudo insmod simple_sysctl.ko' },
    { line: `cat ${SYSCTL}`, prints: /^1$/ },
    { line: `sudo sh -c "echo 2 > ${SYSCTL}"` },
    { line: `cat ${SYSCTL}`, prints: /^2$/ },
    { line: 'sysctl rust.example.test', prints: /^rust\.example\.test = 2$/ },
    { line: 'sudo sysctl -w rust.example.test=2', prints: /^rust\.example\.test = 2$/ },
    { line: `sudo sh -c "echo 3 > ${SYSCTL}"`, prints: /echo: write error: Invalid argument$/ },
    STAYS_2,
    { line: `sudo sh -c "echo -1 > ${SYSCTL}"`, prints: /echo: write error: Invalid argument$/ },
    STAYS_2,
    { line: 'sudo sysctl -w rust.example.test=3', prints: INVALID_KEY },
    { line: 'sudo sysctl -w rust.example.test=-1', prints: INVALID_KEY },
    STAYS_2,
    { line: 'sudo rmmod simple_sysctl' },
    { line: `cat ${SYSCTL}`, prints: /No such file or directory$/ },
    { line: 'make clean', prints: /CLEAN +simple_sysctl\.ko$/ },
  ],
  sync_example: [
    { line: 'cd ~/sync_example' },
    { line: FOR_THE_PI, prints: /LD \[M\] {2}sync_example\.ko$/ },
    { line: 'sudo insmod sync_example.ko', prints: NOT_FOR_THIS_BOARD },
    { line: 'make', prints: /LD \[M\] {2}sync_example\.ko$/ },
    { line: 'sudo insmod sync_example.ko' },
    {
      line: 'dmesg | tail -n 6',
      prints: lines('Data 100 is locked by a spinlock', 'Mutex is locked!',
        'Data 50 is locked by a mutex', 'Now data is 100', 'Hello from TypeScript!',
        'Mutex is dropped!'),
    },
    { line: 'sudo rmmod sync_example' },
    { line: 'make clean', prints: /CLEAN +sync_example\.ko$/ },
  ],
};

/** Exactly these lines. */
function lines(...texts: readonly string[]): RegExp {
  return new RegExp(`^${texts.join('\n')}$`);
}

/** What a command printed, as `prints` wants it. */
export function withoutTimes(output: string): string {
  return output.replaceAll(/^\[ *\d+\.\d{6}\] /gm, '').trimEnd();
}
