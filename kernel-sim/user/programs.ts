// SPDX-License-Identifier: GPL-2.0-or-later
/** Every program of the machine, and where it is installed. Boot makes an executable of each. */
import type { Program } from '../uapi/user-cpu.ts';
import { cat } from './cat.ts';
import { dd } from './dd.ts';
import { dmesg } from './dmesg.ts';
import { echo } from './echo.ts';
import { grep } from './grep.ts';
import { head } from './head.ts';
import { insmod } from './insmod.ts';
import { kill } from './kill.ts';
import { ls } from './ls.ts';
import { lsmod } from './lsmod.ts';
import { make } from './make.ts';
import { mkdir } from './mkdir.ts';
import { mknod } from './mknod.ts';
import { modinfo } from './modinfo.ts';
import { ps } from './ps.ts';
import { rm } from './rm.ts';
import { rmmod } from './rmmod.ts';
import { init } from './init.ts';
import { sh } from './sh/main.ts';
import { sleep } from './sleep.ts';
import { sudo } from './sudo.ts';
import { tail } from './tail.ts';
import { falseProgram, trueProgram } from './true.ts';
import { wc } from './wc.ts';
import { yes } from './yes.ts';

export interface InstalledProgram {
  readonly path: string;
  readonly mode: number;
  readonly program: Program;
}

const EXECUTABLE = 0o755;
const SET_USER_ID = 0o4755;

function inFolder(
  folder: string,
  programs: Readonly<Record<string, Program>>,
): readonly InstalledProgram[] {
  return Object.entries(programs).map(([name, program]) => ({
    path: `${folder}/${name}`,
    mode: EXECUTABLE,
    program,
  }));
}

export const INSTALLED_PROGRAMS: readonly InstalledProgram[] = [
  ...inFolder('/bin', {
    bash: sh,
    cat,
    dd,
    dmesg,
    echo,
    false: falseProgram,
    grep,
    kill,
    ls,
    lsmod,
    mkdir,
    mknod,
    ps,
    rm,
    sh,
    sleep,
    true: trueProgram,
  }),
  ...inFolder('/sbin', { init, insmod, modinfo, rmmod }),
  ...inFolder('/usr/bin', { head, make, tail, wc, yes }),
  { path: '/usr/bin/sudo', mode: SET_USER_ID, program: sudo },
];
