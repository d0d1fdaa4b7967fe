// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The playground without its looks: the store, the lines to the two workers, files and builds,
 * tied together. One per page; panels get it by `usePlayground`.
 */
import { logTime } from '../lib/log-time.ts';
import type {
  BadMemoryHappening,
  Happening,
  LockHold,
  LocksView,
  LogLine,
  MachineSnapshot,
  MemoryEvent,
  MemoryRequest,
  MemoryView,
  ModuleDetail,
  NetworkRequest,
  NetworkView,
  UsbRequest,
  UsbView,
  PortName,
  TimelineRequest,
  TimelineView,
  UsbInput,
  WireInput,
} from '../../kernel-sim/machine-types.ts';
import { KernelSession } from '../session/kernel-session.ts';
import type { BootRequest } from '../session/messages.ts';
import { ToolchainSession } from '../session/toolchain-session.ts';
import { Builder } from './builder.ts';
import { Checker } from './checker.ts';
import type { LineNote, Mark } from './desk-slice.ts';
import { fileName, HOME, projectWith, sourcesOf } from './file-slice.ts';
import { isAboutLocks } from './machine-slice.ts';
import { LEAKS } from './memory-slice.ts';
import { OtherTabs } from './other-tabs.ts';
import { createPlaygroundStore, type PlaygroundStore } from './playground-store.ts';
import { rememberProject } from './project-memory.ts';
import { TabCable } from './tab-cable.ts';
import { freeTerminal, TERMINALS_MAX } from './terminal-slice.ts';
import { Typist } from './typist.ts';
import { Workspace } from './workspace.ts';

const TERMINAL_NAMES: readonly PortName[] = ['ttyS0', 'ttyS1', 'ttyS2', 'ttyS3'];

/** The terminals as far as the playground needs them, by their numbers. */
export interface TerminalPorts {
  write(tty: number, bytes: Uint8Array, drawn: () => void): void;
  send(tty: number, text: string): void;
  halfLine(tty: number): string;
  /** Empties all of them for a machine that boots anew. */
  reset(): void;
  remove(tty: number): void;
}

export class Playground {
  readonly store: PlaygroundStore = createPlaygroundStore();
  readonly workspace: Workspace;
  readonly builder: Builder;
  readonly typist: Typist;
  readonly toolchain: ToolchainSession;
  readonly #checker: Checker;
  readonly #kernel: KernelSession;
  readonly #tabCable = new TabCable((bytes) => this.#kernel.input({ kind: 'frame', bytes }));
  readonly #sizes = new Map<number, { readonly rows: number; readonly columns: number }>();
  #terminals: TerminalPorts | undefined;

  constructor(kernelSource: string) {
    this.workspace = new Workspace(this.store, (input) => this.#kernel.input(input));
    this.toolchain = new ToolchainSession(this.store.getState().showTypes);
    this.#checker = new Checker(this.store, this.toolchain);
    this.#kernel = new KernelSession(kernelSource, {
      onHello: async (shipped) => {
        const [home, mac] = [await this.workspace.open(shipped), await this.#tabCable.mac];
        return { ...this.#bootRequest(home), ...(mac === undefined ? {} : { mac }) };
      },
      onOutput: (port, bytes, drawn) => {
        const tty = TERMINAL_NAMES.indexOf(port);
        // What comes after its tab was closed is nobody's to read.
        const isOpen = this.store.getState().terminals.includes(tty);
        if (isOpen && this.#terminals !== undefined) this.#terminals.write(tty, bytes, drawn);
        else drawn();
      },
      onCompile: (request, reply) => void this.toolchain.build(request).then(reply),
      onFileChanged: (path, bytes) => this.workspace.receive(path, bytes),
      onFrame: (bytes) => this.#tabCable.send(bytes),
      onSnapshot: (snapshot) => this.#takeSnapshot(snapshot),
      onAnswering: this.store.getState().showAnswering,
      onBroken: this.store.getState().showBroken,
    });
    this.typist = new Typist(this.store, {
      send: (tty, text) => this.#terminals?.send(tty, text),
      halfLine: (tty) => this.#terminals?.halfLine(tty) ?? '',
      openTerminal: () => this.openTerminal(),
    });
    this.builder = new Builder(
      this.store,
      this.typist,
      (reason, paths) => {
        this.workspace.save();
        for (const path of paths) void this.workspace.keepVersion(path, reason);
      },
      () => this.restart(),
    );
    this.#watchTabs();
    this.store.subscribe((state, before) => {
      const { path } = state.mark?.place ?? {};
      if (path === undefined || state.files === before.files) return;
      // What ran there is not what stands there now.
      if (state.files[path]?.text !== before.files[path]?.text) {
        state.setMark(undefined);
        state.setNotes([]);
      }
    });
    this.store.subscribe(({ project }, before) => {
      if (project !== before.project && project !== '') rememberProject(project);
    });
  }

  /** Two tabs keep their files in one place, where the last save wins: people are told. */
  #watchTabs(): void {
    const { notify } = this.store.getState();
    const reload = { label: 'Reload', run: () => location.reload() };
    const tabs = new OtherTabs({
      onOther: () =>
        notify('Another tab has these files open too. What is saved last, in either, is kept.'),
      onSaved: (path) =>
        notify(`${fileName(path)} was saved in another tab. This one has the older text.`, reload),
    });
    this.workspace.onSaved = (path) => tabs.tellSaved(path);
  }

  start(terminals: TerminalPorts): void {
    this.#terminals = terminals;
    this.#kernel.start();
  }

  /** Throws the machine away and boots a new one with the same files. */
  restart(): void {
    this.workspace.save();
    const state = this.store.getState();
    state.forgetMachine();
    state.forgetBuilds();
    state.setMark(undefined);
    state.chooseObject(undefined);
    state.forgetPackets();
    state.forgetDevices();
    this.#kernel.start();
    this.#terminals?.reset();
  }

  /** Everything back to how it ships: the files of this browser go, and a new machine boots. */
  async reset(): Promise<void> {
    this.workspace.save();
    await this.workspace.forgetAll();
    this.restart();
  }

  /** Loads the compiler and has every source checked, now and after each edit. */
  startChecking(): void {
    this.#checker.start();
  }

  typed(tty: number, bytes: Uint8Array): void {
    this.#kernel.input({ kind: 'tty', tty, bytes });
  }

  /** All there is to know of a loaded module now; undefined when there is none of that name. */
  describeModule(name: string): Promise<ModuleDetail | undefined> {
    return this.#kernel.describeModule(name);
  }

  /** What has happened lately; undefined before the kernel is booted. */
  describeTimeline(request: TimelineRequest): Promise<TimelineView | undefined> {
    return this.#kernel.describeTimeline(request);
  }

  /** The USB and the latest transfers; undefined before the kernel is booted. */
  describeUsb(request: UsbRequest): Promise<UsbView | undefined> {
    return this.#kernel.describeUsb(request);
  }

  /** Plugs something in or out, as a hand would. */
  handleUsb(input: UsbInput): void {
    this.#kernel.input(input);
  }

  /** The latest frames and the wire; undefined before the kernel is booted. */
  describeNetwork(request: NetworkRequest): Promise<NetworkView | undefined> {
    return this.#kernel.describeNetwork(request);
  }

  /** Does something to the wire that the machine hangs on. */
  handleWire(input: WireInput): void {
    this.#kernel.input(input);
  }

  /** Joins the machine's wire to those of other tabs, or takes it off. */
  joinTabs(isPlugged: boolean): void {
    this.#tabCable.plug(isPlugged);
    this.store.getState().showPackets({ areTabsJoined: isPlugged });
    this.#kernel.input({ kind: 'uplink', isPlugged, isIsolated: true });
  }

  /** The kernel's memory now; undefined before it is booted. */
  describeMemory(request: MemoryRequest): Promise<MemoryView | undefined> {
    return this.#kernel.describeMemory(request);
  }

  /** The kernel's locks now; undefined before it is booted. */
  describeLocks(): Promise<LocksView | undefined> {
    return this.#kernel.describeLocks();
  }

  resize(tty: number, rows: number, columns: number): void {
    this.#sizes.set(tty, { rows, columns });
    this.#kernel.input({ kind: 'resize', tty, rows, columns });
  }

  /** Sits down at a terminal that is free: its line gets a carrier, and getty answers. */
  openTerminal(): void {
    const state = this.store.getState();
    const tty = freeTerminal(state);
    if (tty === undefined) {
      state.notify(`The machine has ${TERMINALS_MAX} terminals, and all of them are open.`);
      return;
    }
    state.addTerminal(tty);
    state.arrange({ page: 'shell' });
    this.#kernel.input({ kind: 'carrier', tty, isUp: true });
  }

  /** Leaves a terminal: its session is hung up. */
  closeTerminal(tty: number): void {
    if (tty === 0) return;
    this.#kernel.input({ kind: 'carrier', tty, isUp: false });
    this.store.getState().dropTerminal(tty);
    this.#sizes.delete(tty);
    this.#terminals?.remove(tty);
  }

  #bootRequest(home: Pick<BootRequest, 'files' | 'removed'>): BootRequest {
    for (const tty of this.store.getState().terminals) {
      if (tty !== 0) this.#kernel.input({ kind: 'carrier', tty, isUp: true });
      const size = this.#sizes.get(tty);
      if (size !== undefined) this.resize(tty, size.rows, size.columns);
    }
    if (this.#tabCable.isPlugged) this.joinTabs(true);
    const { boot, noteBoot } = this.store.getState();
    const [chance = 0] = crypto.getRandomValues(new Uint32Array(1));
    const seed = boot.seed ?? chance;
    noteBoot(boot, seed);
    const { board, cpus, cmdline } = boot;
    const epochSeconds = Math.floor(Date.now() / 1000);
    return { board, cpus, seed, cmdline, epochSeconds, ...home };
  }

  /** Opens the object that an address leads into and marks it, with the line that speaks of it. */
  openObject(address: number, logSequence?: number): void {
    const state = this.store.getState();
    // What is marked in the editor stays so if it is about the same thing.
    const isSame = state.mark?.address === address || state.mark?.logSequence === logSequence;
    state.chooseObject(address);
    state.setMark({ ...(isSame ? state.mark : {}), address, logSequence });
    state.arrange({ view: 'memory', page: 'kernel' });
  }

  /** Opens the part of the locks that the latest report was about. */
  openLocks(): void {
    const state = this.store.getState();
    const latest = state.happenings.findLast(({ kind }) => isAboutLocks(kind));
    state.showLocks({ locksPart: latest?.kind === 'deadlock' ? 'now' : 'order' });
    state.arrange({ view: 'locks', page: 'kernel' });
  }

  /** A frame is what is talked about, with the line that sent or received it; `words` says so. */
  markPacket(packet: number, source: LogLine['source'], words: string): void {
    this.store.getState().choosePacket(packet);
    this.markLine(source, words, { packet });
  }

  /** A driver's line is what is talked about, and why; without one only `about` is marked. */
  markLine(source: LogLine['source'], words: string, about: Omit<Mark, 'place'> = {}): void {
    const state = this.store.getState();
    state.remarkOn(words);
    const project = source === undefined ? undefined : projectWith(state, source.module);
    if (source === undefined || project === undefined) {
      state.setMark(about);
      return;
    }
    const path = `${HOME}/${project}/${source.file}`;
    state.setMark({ ...about, place: { path, line: source.line } });
    if (state.files[path] === undefined) return;
    state.openFile(path);
    state.revealLine(path, source.line);
  }

  openLeaks(): void {
    const state = this.store.getState();
    state.chooseCache(LEAKS);
    state.arrange({ view: 'memory', page: 'kernel' });
  }

  /** Says in the sources what happened to the object that is open; none when none is. */
  noteEvents(events: readonly MemoryEvent[]): void {
    const state = this.store.getState();
    const notes = events.flatMap(({ kind, source, timeNs }): readonly LineNote[] => {
      const project = source === undefined ? undefined : projectWith(state, source.module);
      if (source === undefined || project === undefined || kind === 'accessed') return [];
      const path = `${HOME}/${project}/${source.file}`;
      return [{ path, line: source.line, text: `${kind} ${logTime(timeNs)}`, state: kind }];
    });
    if (notes.length > 0 || state.notes.length > 0) state.setNotes(notes);
  }

  /** Says in the sources who has which lock and who waits for one; nothing for undefined. */
  noteLocks(view: LocksView | undefined): void {
    const state = this.store.getState();
    const names = new Map(view?.tasks.map(({ pid, name }) => [pid, name]));
    const note = (hold: LockHold, kind: 'held' | 'waiting'): readonly LineNote[] => {
      const { source } = hold.at;
      const project = source === undefined ? undefined : projectWith(state, source.module);
      if (source === undefined || project === undefined) return [];
      const path = `${HOME}/${project}/${source.file}`;
      const text = `${names.get(hold.pid) ?? ''} ${kind === 'held' ? 'holds' : 'waits'}`;
      return [{ path, line: source.line, text, state: kind }];
    };
    const locks = view?.locks ?? [];
    const notes = [
      ...locks.flatMap(({ holders }) => holders).flatMap((hold) => note(hold, 'held')),
      ...locks.flatMap(({ waiters }) => waiters).flatMap((hold) => note(hold, 'waiting')),
    ];
    if (notes.length > 0 || state.notes.length > 0) state.setNotes(notes);
  }

  /** Goes to a line of the log and marks it, with the memory that it speaks of. */
  openLog(logSequence: number, address?: number): void {
    const state = this.store.getState();
    state.setMark({ ...state.mark, logSequence, address });
    state.arrange({ view: 'log', page: 'kernel' });
  }

  /** Opens a line of a module's source and marks it, and what else is about the same thing. */
  openSource(
    module: string | undefined,
    file: string,
    line: number,
    about: Omit<Mark, 'place'> = {},
  ): void {
    const state = this.store.getState();
    const project =
      (module === undefined ? undefined : projectWith(state, module)) ?? state.project;
    const name = file.slice(file.lastIndexOf('/') + 1);
    const path = [`${HOME}/${project}/${name}`, ...Object.keys(state.files)].find(
      (known) => known.endsWith(`/${name}`) && state.files[known] !== undefined,
    );
    if (path === undefined) return;
    state.openFile(path);
    const { place } = state.mark ?? {};
    const isMarked = place?.path === path && place.line === line;
    state.setMark({ place: isMarked ? place : { path, line }, ...about });
    state.revealLine(path, line);
    state.arrange({ page: 'code' });
  }

  #takeSnapshot(snapshot: MachineSnapshot): void {
    const state = this.store.getState();
    state.showSnapshot(snapshot, performance.now());
    if (snapshot.happenings.length > 0) state.remarkOn(undefined);
    for (const happening of snapshot.happenings) this.#take(happening);
  }

  #take(happening: Happening): void {
    const state = this.store.getState();
    switch (happening.kind) {
      case 'build': {
        const project = projectWith(state, happening.module);
        if (happening.errors > 0 || project === undefined) return;
        state.noteBuilt(happening.module, sourcesOf(state, project, 'savedText'));
        return;
      }
      case 'module-loaded':
        state.noteLoaded(happening.module);
        this.#markLatestLine(happening.module);
        return;
      case 'module-unloaded':
        state.noteUnloaded(happening.module);
        this.#markLatestLine(happening.module);
        return;
      case 'oops':
        this.#markSource(happening.source, undefined);
        return;
      case 'deadlock':
      case 'lock-report':
        this.#markSource(happening.source, undefined);
        return;
      case 'bad-memory':
        this.#markBadAccess(happening);
        return;
      case 'booted':
      case 'module-refused':
      case 'device':
      case 'sysctl':
      case 'halted':
        return;
    }
  }

  /** The object is chosen, so that the view of memory opens with it. */
  #markBadAccess({ source, access, object }: BadMemoryHappening): void {
    const { address, logSequence } = access;
    const state = this.store.getState();
    const project = source === undefined ? undefined : projectWith(state, source.module);
    if (object !== undefined) state.chooseObject(address);
    const place =
      source === undefined || project === undefined
        ? undefined
        : {
            path: `${HOME}/${project}/${source.file}`,
            line: source.line,
            note: access.kind.replace(/^slab-/, '').replaceAll('-', ' '),
          };
    state.setMark({ place, logSequence, address });
  }

  /** The last line that this module's source printed is now the thing we talk about. */
  #markLatestLine(module: string): void {
    const line = this.store.getState().log.findLast(({ source }) => source?.module === module);
    this.#markSource(line?.source, line);
  }

  #markSource(source: LogLine['source'], line: LogLine | undefined): void {
    const state = this.store.getState();
    const project = source === undefined ? undefined : projectWith(state, source.module);
    if (project === undefined || source === undefined) {
      state.setMark(undefined);
      return;
    }
    state.setMark({
      place: {
        path: `${HOME}/${project}/${source.file}`,
        line: source.line,
        note: line === undefined ? undefined : `ran at ${logTime(line.timeNs)}`,
      },
      logSequence: line?.sequence,
    });
  }
}
