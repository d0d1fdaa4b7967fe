// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * make: builds kernel modules from TypeScript.
 *
 * Not GNU make: it knows Kbuild files and what to do without one. The compiler is outside of the
 * machine, behind /dev/hostcc: one write is a request, the next reads are the reply.
 */
import { decodeBase64 } from '../lib/base64.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { O } from '../uapi/fs.ts';
import type { BuildReply, BuildRequest } from '../uapi/hostcc.ts';
import { ELF_MACHINE } from '../uapi/module-abi.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { diagnosticText } from './make/diagnostics.ts';
import { isModuleSource, planFromKbuild, planFromSources, type ModulePlan } from './make/plan.ts';
import { MAKE_HELP, parseMakeWords, type MakeRequest } from './make/words.ts';
import { errorText } from './support/command.ts';
import { byBytes, listNames } from './support/files.ts';
import { elfMachine } from './support/modinfo.ts';
import { moduleFolder } from './support/module-index.ts';
import { updateTree } from './support/module-tree.ts';

type Board = BuildRequest['board'];

/** make's status for anything that went wrong. */
const TROUBLE = 2;
/** What the toolchain says of a symbol that no module has, as modpost does. */
const UNDEFINED_SYMBOL = 'RZ1084';
const COMPILER = '/dev/hostcc';
const MAKEFILES = ['Kbuild', 'GNUmakefile', 'makefile', 'Makefile'];

const BOARD_BY_TARGET: ReadonlyMap<string, Board> = new Map([
  ['x86_64-linux-kernel-module', 'pc'],
  ['armv7l-linux-kernel-module', 'rpi3'],
]);

export const make = defineProgram(function* (c) {
  const request = parseMakeWords(c.argv.slice(1));
  if ('error' in request) {
    yield* c.err(`make: ${request.error}\n${MAKE_HELP}`);
    return TROUBLE;
  }
  if (request.wantsHelp) {
    c.out(MAKE_HELP);
    return 0;
  }
  // `make -C KERNEL M=$PWD` builds in M: our kernel's own tree has nothing to build.
  const moduleFolder = request.variables.get('M');
  const folders = moduleFolder === undefined ? request.directories : [moduleFolder];
  for (const folder of folders) {
    const failure = yield* c.chdir(folder);
    if (failure === 0) continue;
    yield* c.err(`make: *** ${folder}: ${errorText(failure)}.  Stop.\n`);
    return TROUBLE;
  }
  const cwd = folders.length > 0 && !request.isSilent ? yield* c.getcwd() : '';
  if (cwd !== '') c.out(`make: Entering directory '${cwd}'\n`);
  const status = yield* new Make(c, request).run();
  if (cwd !== '') c.out(`make: Leaving directory '${cwd}'\n`);
  return status;
});

class Make {
  readonly #c: Libc;
  readonly #request: MakeRequest;
  readonly #sources = new Map<string, string>();
  #newestSource = 0;
  #plans: readonly ModulePlan[] = [];
  #board: Board = 'pc';

  constructor(c: Libc, request: MakeRequest) {
    this.#c = c;
    this.#request = request;
  }

  *run(): Sleeping<number> {
    const board = yield* this.#chooseBoard();
    if (typeof board === 'string') this.#board = board;
    else return board.status;
    const plans = yield* this.#plan();
    if (plans === undefined) return TROUBLE;
    this.#plans = plans;
    let status = 0;
    for (const goal of this.#request.goals.length > 0 ? this.#request.goals : ['all']) {
      status = Math.max(status, yield* this.#goal(goal, plans));
      if (status !== 0 && !this.#request.keepsGoing) return status;
    }
    return status;
  }

  *#stop(message: string): Sleeping<number> {
    yield* this.#c.err(`make: *** ${message}\n`);
    return TROUBLE;
  }

  *#chooseBoard(): Sleeping<Board | { readonly status: number }> {
    const target = this.#request.variables.get('TARGET') ?? this.#c.env.get('TARGET');
    if (target !== undefined && target !== '') {
      const board = BOARD_BY_TARGET.get(target.replace(/\.json$/, ''));
      return board ?? { status: yield* this.#stop(`Unknown TARGET '${target}'.  Stop.`) };
    }
    const uname = yield* this.#c.uname();
    return typeof uname !== 'number' && uname.machine.startsWith('arm') ? 'rpi3' : 'pc';
  }

  /** Reads the folder. Nothing if there is nothing in it that make could know. */
  *#plan(): Sleeping<readonly ModulePlan[] | undefined> {
    const c = this.#c;
    const names = yield* listNames(c, '.');
    if (typeof names === 'number') {
      yield* this.#stop(`.: ${errorText(names)}.  Stop.`);
      return undefined;
    }
    for (const name of names.toSorted(byBytes)) {
      if (!name.endsWith('.ts') || name.endsWith('.d.ts')) continue;
      const bytes = yield* c.read_file(name);
      if (typeof bytes === 'number') continue;
      this.#sources.set(name, decodeUtf8(bytes));
      yield* this.#noteTime(name);
    }
    const kbuild = this.#request.file ?? MAKEFILES.find((name) => names.includes(name));
    if (kbuild === undefined) {
      const plans = planFromSources(this.#sources);
      if (plans.length > 0 || this.#request.goals.includes('clean')) return plans;
      const hasGoals = this.#request.goals.length > 0;
      yield* hasGoals
        ? this.#stop(`No rule to make target '${this.#request.goals[0] ?? ''}'.  Stop.`)
        : this.#stop('No targets specified and no makefile found.  Stop.');
      return undefined;
    }
    const text = yield* c.read_file(kbuild);
    if (typeof text === 'number') {
      yield* c.err(`make: ${kbuild}: ${errorText(text)}\n`);
      yield* this.#stop(`No rule to make target '${kbuild}'.  Stop.`);
      return undefined;
    }
    yield* this.#noteTime(kbuild);
    return planFromKbuild(decodeUtf8(text), kbuild);
  }

  *#noteTime(name: string): Sleeping<void> {
    const stat = yield* this.#c.stat(name);
    if (typeof stat === 'number') return;
    this.#newestSource = Math.max(this.#newestSource, stat.mtime + stat.mtime_ns / 1e9);
  }

  *#goal(goal: string, plans: readonly ModulePlan[]): Sleeping<number> {
    if (goal === 'clean') return yield* this.#clean(plans);
    if (goal === 'modules_install' || goal === 'install') return yield* this.#installAll(plans);
    const isAll = goal === 'all' || goal === 'modules' || goal === 'default';
    const wanted = isAll ? plans : plans.filter(({ name }) => goal === `${name}.ko`);
    if (wanted.length === 0) {
      if (!isAll) return yield* this.#stop(`No rule to make target '${goal}'.  Stop.`);
      this.#c.out(`make: Nothing to be done for '${goal}'.\n`);
      return 0;
    }
    let hasBuilt = false;
    let status = 0;
    for (const plan of wanted) {
      if (yield* this.#isUpToDate(plan)) continue;
      hasBuilt = true;
      const missing = plan.sources.find((file) => !this.#sources.has(file));
      if (missing !== undefined) {
        const target = `${missing.replace(/\.ts$/, '')}.o`;
        const end = this.#request.keepsGoing ? '' : '  Stop.';
        const what = `No rule to make target '${target}', needed by '${plan.name}.ko'`;
        status = yield* this.#stop(`${what}.${end}`);
        if (!this.#request.keepsGoing) return status;
        continue;
      }
      if (yield* this.#build(plan)) continue;
      yield* this.#c.err(`make: *** [${plan.rule}: ${plan.name}.ko] Error 1\n`);
      status = TROUBLE;
      if (!this.#request.keepsGoing) return status;
    }
    if (!hasBuilt) {
      const text = isAll ? `Nothing to be done for '${goal}'.` : `'${goal}' is up to date.`;
      this.#c.out(`make: ${text}\n`);
    }
    return status;
  }

  /** Copies what is built to where modprobe finds it, and runs depmod. */
  *#installAll(plans: readonly ModulePlan[]): Sleeping<number> {
    const c = this.#c;
    const folder = yield* moduleFolder(c, this.#request.variables.get('INSTALL_MOD_PATH') ?? '');
    const extra = `${folder}/extra`;
    for (const { name } of plans) {
      const file = `${name}.ko`;
      this.#say('INSTALL', `${extra}/${file}`);
      if (this.#request.isDryRun) continue;
      const bytes = yield* c.read_file(file);
      if (typeof bytes === 'number') {
        yield* c.err(`cp: cannot stat '${file}': ${errorText(bytes)}\n`);
        return yield* this.#stop(`[<builtin>: modules_install] Error 1`);
      }
      yield* c.mkdir(extra, 0o755);
      if (!(yield* this.#install(`${extra}/${file}`, bytes))) {
        return yield* this.#stop(`[<builtin>: modules_install] Error 1`);
      }
    }
    this.#say('DEPMOD', folder);
    const failure = this.#request.isDryRun ? 0 : yield* updateTree(c, folder);
    return failure < 0 ? yield* this.#stop(`[<builtin>: modules_install] Error 1`) : 0;
  }

  *#clean(plans: readonly ModulePlan[]): Sleeping<number> {
    for (const { name } of plans) {
      const file = `${name}.ko`;
      if (typeof (yield* this.#c.stat(file)) === 'number') continue;
      this.#say('CLEAN', file);
      if (this.#request.isDryRun) continue;
      const failure = yield* this.#c.unlink(file);
      if (failure === 0) continue;
      yield* this.#c.err(`rm: cannot remove '${file}': ${errorText(failure)}\n`);
      return yield* this.#stop('[<builtin>: clean] Error 1');
    }
    return 0;
  }

  #say(what: string, text: string): void {
    if (!this.#request.isSilent) this.#c.out(`  ${what.padEnd(7)} ${text}\n`);
  }

  /** The module is there, newer than every source, and for the board that is asked for. */
  *#isUpToDate({ name }: ModulePlan): Sleeping<boolean> {
    if (this.#request.alwaysBuilds) return false;
    const stat = yield* this.#c.stat(`${name}.ko`);
    if (typeof stat === 'number') return false;
    if (stat.mtime + stat.mtime_ns / 1e9 < this.#newestSource) return false;
    const bytes = yield* this.#c.read_file(`${name}.ko`);
    return typeof bytes !== 'number' && elfMachine(bytes) === ELF_MACHINE[this.#board];
  }

  *#build(plan: ModulePlan): Sleeping<boolean> {
    const c = this.#c;
    for (const file of plan.sources) this.#say('TSC', file);
    for (const file of plan.sources) this.#say('CHECK', `${file}: types`);
    yield* c.flush();
    if (this.#request.isDryRun) {
      this.#say('LD [M]', `${plan.name}.ko`);
      return true;
    }
    const reply = yield* this.#compile(plan);
    if (reply === undefined) return false;
    const severity = reply.ko === undefined ? 'error' : 'warning';
    for (const diagnostic of reply.diagnostics) {
      yield* c.err(diagnosticText(diagnostic, this.#sources.get(diagnostic.file), severity));
    }
    for (const { code, message } of reply.diagnostics) {
      if (code === UNDEFINED_SYMBOL) yield* c.err(`ERROR: modpost: ${message}\n`);
    }
    const ko = reply.ko === undefined ? null : decodeBase64(reply.ko);
    if (ko === null) return false;
    this.#say('LD [M]', `${plan.name}.ko`);
    return yield* this.#install(`${plan.name}.ko`, ko);
  }

  /** The file that says what the module is. */
  #mainOf({ sources }: ModulePlan): string {
    const isMain = (file: string): boolean => isModuleSource(this.#sources.get(file) ?? '');
    return sources.find(isMain) ?? sources[0] ?? '';
  }

  *#compile(plan: ModulePlan): Sleeping<BuildReply | undefined> {
    const c = this.#c;
    const request: BuildRequest = {
      version: 1,
      module: plan.name,
      board: this.#board,
      main: this.#mainOf(plan),
      sources: Object.fromEntries(this.#sources),
      modules: this.#plans.map((each) => ({ name: each.name, main: this.#mainOf(each) })),
    };
    const fd = yield* c.open(COMPILER, O.RDWR | O.CLOEXEC);
    if (fd < 0) {
      yield* c.err(`make: ${COMPILER}: ${errorText(fd)}\n`);
      return undefined;
    }
    const written = yield* c.write(fd, JSON.stringify(request));
    const reply = written < 0 ? written : yield* c.read_to_end(fd);
    yield* c.close(fd);
    if (typeof reply === 'number') {
      yield* c.err(`make: ${COMPILER}: ${errorText(reply)}\n`);
      return undefined;
    }
    // The compiler is part of the simulator, so what it says is well-formed.
    return JSON.parse(decodeUtf8(reply)) as BuildReply;
  }

  *#install(file: string, bytes: Uint8Array): Sleeping<boolean> {
    const c = this.#c;
    const fd = yield* c.open(file, O.WRONLY | O.CREAT | O.TRUNC | O.CLOEXEC, 0o666);
    const failure = fd < 0 ? fd : yield* c.write_all(fd, bytes);
    if (fd >= 0) yield* c.close(fd);
    if (failure >= 0) return true;
    yield* c.err(`make: ${file}: ${errorText(failure)}\n`);
    return false;
  }
}
