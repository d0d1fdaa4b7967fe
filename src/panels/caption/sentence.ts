// SPDX-License-Identifier: GPL-2.0-or-later
/** A happening as a plain sentence: parts of it in weight, parts of it links to source. */
import type {
  BadAccessView,
  BadMemoryHappening,
  Happening,
  LogLine,
} from '../../../kernel-sim/machine-types.ts';

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'strong'; readonly text: string }
  | { readonly kind: 'source'; readonly source: NonNullable<LogLine['source']> }
  /** An address of the kernel's memory, and the report about it. */
  | { readonly kind: 'object'; readonly access: BadAccessView; readonly text: string }
  | { readonly kind: 'leaks'; readonly text: string }
  | { readonly kind: 'locks'; readonly text: string };

/** A line under the figure: what happened, and the command to try after it. */
export interface News {
  readonly parts: readonly Part[];
  readonly next: string | undefined;
}

/** What a module has put into the kernel while its init ran. */
type Registration = Extract<Happening, { readonly kind: 'device' | 'sysctl' }>;
type Loaded = Extract<Happening, { readonly kind: 'module-loaded' }>;
type Unloaded = Extract<Happening, { readonly kind: 'module-unloaded' }>;
type Deadlock = Extract<Happening, { readonly kind: 'deadlock' }>;
type LockReport = Extract<Happening, { readonly kind: 'lock-report' }>;
type Refused = Extract<Happening, { readonly kind: 'module-refused' }>;

/** Text with `*…*` in weight. */
function words(template: string): readonly Part[] {
  return template
    .split('*')
    .map((text, index) => ({ kind: index % 2 === 1 ? 'strong' : 'text', text }) as const)
    .filter(({ text }) => text !== '');
}

/** Of the machine's own time. */
function duration(nanoseconds: number): string {
  if (nanoseconds < 1e3) return `${nanoseconds} ns`;
  if (nanoseconds < 1e6) return `${Math.round(nanoseconds / 1e3)} µs`;
  return `${(nanoseconds / 1e6).toFixed(1)} ms`;
}

function kilobytes(bytes: number): string {
  return bytes < 1000 ? `${bytes} bytes` : `${(bytes / 1000).toFixed(1)} kB`;
}

function count(number: number, one: string): string {
  const figure = ['no', 'one', 'two', 'three'][number] ?? String(number);
  return `${figure} ${one}${number === 1 ? '' : 's'}`;
}

/**
 * The latest happening that is news by itself, with what was registered on the way there.
 *
 * @param problem the first one that the compiler found
 */
export function newsOf(
  happenings: readonly Happening[],
  log: readonly LogLine[],
  problem?: LogLine['source'],
): News {
  const happening = happenings.findLast(isNews);
  if (happening === undefined) return { parts: words('The kernel is starting.'), next: undefined };
  const before = happenings.slice(0, happenings.lastIndexOf(happening));
  const registered = before
    .slice(before.findLastIndex(isNews) + 1)
    .filter((it): it is Registration => !isNews(it));
  if (happening.kind === 'module-loaded') return loadedNews(happening, registered, log);
  if (happening.kind === 'module-refused') return refusedNews(happening);
  if (happening.kind === 'module-unloaded') {
    return { parts: unloadedNews(happening, log), next: undefined };
  }
  return { parts: sentenceOf(happening, problem), next: undefined };
}

function isNews(happening: Happening): happening is Exclude<Happening, Registration> {
  return happening.kind !== 'device' && happening.kind !== 'sysctl';
}

function loadedNews(
  happening: Loaded,
  registered: readonly Registration[],
  log: readonly LogLine[],
): News {
  const { module, sizeBytes, lines, uses, exports, atNs } = happening;
  const source = log.findLast(
    (line) => line.source?.module === module && line.timeNs <= atNs,
  )?.source;
  const said = [
    ...registered.map((it) =>
      it.kind === 'device'
        ? `It registered the character device *${it.name}*, major number *${it.major}*.`
        : `It made *${sysctlPath(it.path)}*.`,
    ),
    ...(uses.length > 0 ? [`It uses *${uses.join('*, *')}*.`] : []),
    ...(exports.length > 0 ? [`Other modules may call *${exports.join('*, *')}*.`] : []),
  ];
  return {
    parts: [
      ...words(
        `*${module}* is in the kernel, ${sizeBytes} bytes of it. *init()* printed ` +
          (lines === 0 ? 'nothing' : count(lines, 'line')),
      ),
      ...(lines > 0 && source !== undefined
        ? [...words(' at '), { kind: 'source', source } as const]
        : []),
      ...words(`. ${said.length > 0 ? said.join(' ') : 'The kernel owns it until *rmmod*.'}`),
    ],
    next: nextAfter(module, uses, registered[0]),
  };
}

/** What shows the module at work. */
function nextAfter(module: string, uses: readonly string[], first: Registration | undefined) {
  if (first === undefined) return uses.length > 0 ? 'lsmod' : `sudo rmmod ${module}`;
  if (first.kind === 'sysctl') return `sysctl ${first.path.replaceAll('/', '.')}`;
  const node = `/dev/${first.name}`;
  return `sudo mknod -m 666 ${node} c ${first.major} 0; head -c 8 ${node}`;
}

function sysctlPath(path: string): string {
  return `/proc/sys/${path}`;
}

/** What kmemleak says when a module goes. */
const LEFT = /^kmemleak: (\S+) left (\d+) unreferenced objects? behind \((\d+) bytes\)$/;
/** It says so right then. */
const LEFT_WITHIN_NS = 100_000_000;

function unloadedNews({ module, atNs }: Unloaded, log: readonly LogLine[]): readonly Part[] {
  const left = log.findLast(
    ({ text, timeNs }) =>
      LEFT.exec(text)?.[1] === module && Math.abs(timeNs - atNs) < LEFT_WITHIN_NS,
  );
  const [, , objects, bytes] = LEFT.exec(left?.text ?? '') ?? [];
  if (objects === undefined) {
    return words(`*rmmod* took *${module}* out: the kernel dropped it, and what it owned with it.`);
  }
  return [
    ...words(
      `*rmmod* took *${module}* out, and left ${count(Number(objects), 'object')} of ` +
        `*${bytes}* bytes behind that nobody can free any more: `,
    ),
    { kind: 'leaks', text: 'Memory' },
    ...words(' shows them.'),
  ];
}

function refusedNews({ module, errno, why }: Refused): News {
  const file = module === '' ? 'the file' : `*${module}*`;
  const { advice, next } = adviceOn(module, errno, why);
  const reason = why === '' ? '' : `, ${why.replaceAll('*', '')}`;
  return { parts: words(`The kernel refused ${file}: *${errno}*${reason}. ${advice}`), next };
}

function adviceOn(
  module: string,
  errno: string,
  why: string,
): { readonly advice: string; readonly next?: string | undefined } {
  const unknown = /^Unknown symbol (\S+)/.exec(why)?.[1];
  if (unknown !== undefined) {
    return {
      advice:
        'First load the module that exports it, or have *modprobe* do so, which finds what is ' +
        'installed.',
      next: `sudo make modules_install && sudo modprobe ${module}`,
    };
  }
  const parameter = /for parameter `([^']+)'/.exec(why)?.[1];
  if (parameter !== undefined) {
    return {
      advice: `*modinfo* says of what type *${parameter}* is.`,
      next: `modinfo -p ${module}.ko`,
    };
  }
  if (why.includes('disagrees about version')) {
    return { advice: 'It was built against another version of that module: build both again.' };
  }
  switch (errno) {
    case 'EPERM':
      return {
        advice: 'Only root may load modules: put *sudo* before insmod.',
        ...(module === '' ? {} : { next: `sudo insmod ${module}.ko` }),
      };
    case 'EEXIST':
      return { advice: 'It is loaded already: take it out first.', next: `sudo rmmod ${module}` };
    case 'ENOEXEC':
      return { advice: 'It is damaged, or made for another kernel: build it again.' };
    case 'ENOMEM':
      return { advice: 'There is no memory left for it.', next: 'free -h' };
    default:
      return why === '' ? { advice: `Its *init()* failed with that errno.` } : { advice: '' };
  }
}

function sentenceOf(
  happening: Exclude<Happening, Loaded | Unloaded | Refused | Registration>,
  problem: LogLine['source'],
): readonly Part[] {
  switch (happening.kind) {
    case 'booted':
      return words(
        `The kernel booted in *${duration(happening.atNs)}*. No module is loaded yet: ` +
          '*Ctrl Enter* builds and loads the one you see.',
      );
    case 'oops':
      return [
        // The link says where.
        ...words(`*${happening.title.replace(/ at \S+:\d+!$/, '')}*`),
        ...(happening.source === undefined
          ? []
          : [...words(' at '), { kind: 'source', source: happening.source } as const]),
        ...words('. The task was ended, and the module stays as it is; the kernel goes on. '),
        ...words('The report is in the log, and each of its words says what it means.'),
      ];
    case 'deadlock':
      return deadlock(happening);
    case 'lock-report':
      return lockReport(happening);
    case 'bad-memory':
      return badMemory(happening);
    case 'build':
      return happening.errors === 0
        ? words(`*make* built *${happening.module}.ko*, ${kilobytes(happening.sizeBytes)}.`)
        : [
            ...words(
              `*make* found ${count(happening.errors, 'error')}, ` +
                `so *${happening.module}.ko* was not built`,
            ),
            ...(problem === undefined
              ? []
              : [...words(': see '), { kind: 'source', source: problem } as const]),
            ...words('.'),
          ];
    case 'halted':
      return words(`The machine has halted with status *${happening.status}*.`);
  }
}

/** What ends in a deadlock, sooner or later, as lockdep calls it. */
const FATAL = /circular|recursive|inversion|inconsistent|unsafe lock order/;

/** What lockdep has found, whether or not anything has come of it yet. */
function lockReport({ task, title, source }: LockReport): readonly Part[] {
  const name = title.replace(/(?: detected)?!?$/, '').replaceAll('*', '');
  const end = FATAL.test(title) ? ' It can end in a deadlock, and need not have yet:' : '';
  return [
    ...words(`*lockdep* caught *${task}*`),
    ...(source === undefined ? [] : [...words(' at '), { kind: 'source', source } as const]),
    ...words(`: *${name}*.${end} `),
    { kind: 'locks', text: 'Locks' },
    ...words(' shows it.'),
  ];
}

/** Each has what the one before wants. */
function deadlock({ waits, source }: Deadlock): readonly Part[] {
  const has = (index: number): string => waits.at(index - 1)?.lock ?? '';
  const told = waits.map(({ task, lock }, index) =>
    waits.length === 1
      ? `*${task}* holds *${lock}* and wants it again`
      : `*${task}* holds *${has(index)}* and wants *${lock}*`,
  );
  const end = ['', 'It', 'Neither', 'None of them'][Math.min(3, waits.length)] ?? '';
  return [
    ...words(told.join('; ')),
    ...(source === undefined ? [] : [...words(' at '), { kind: 'source', source } as const]),
    ...words(`. ${end} can ${waits.length === 1 ? 'never' : 'ever'} go on: `),
    { kind: 'locks', text: 'Locks' },
    ...words(' shows the circle.'),
  ];
}

/** Who did what to which memory, where, and that nothing stopped it. */
function badMemory({ task, access, source, object }: BadMemoryHappening): readonly Part[] {
  return [
    ...words(`*${task}* ${deedOf(access, object)}. *KASAN* caught it`),
    ...(source === undefined ? [] : [...words(' at '), { kind: 'source', source } as const]),
    ...(object === undefined
      ? words('; the report is in the log.')
      : [
          ...words('; '),
          { kind: 'object', access, text: 'Memory' } as const,
          ...words(' shows the object. The driver goes on.'),
        ]),
  ];
}

type BadObject = BadMemoryHappening['object'];

function deedOf({ kind, sizeBytes, isWrite }: BadAccessView, object: BadObject): string {
  const by = object?.freed;
  const freed =
    by === undefined
      ? 'that was free already'
      : `that *${by.task === '' ? 'a task that is gone' : by.task}* had freed ` +
        `${duration(by.agoNs)} before`;
  if (kind === 'double-free') return `freed an object ${freed}`;
  if (kind === 'invalid-free') return 'freed what is no beginning of an object';
  const many = sizeBytes === 1 ? 'one byte' : `${sizeBytes} bytes`;
  const verb = isWrite ? `wrote ${many}` : `read ${many}`;
  if (kind.endsWith('use-after-free')) return `${verb} ${isWrite ? 'into' : 'of'} memory ${freed}`;
  if (object === undefined || !kind.startsWith('slab')) return `${verb} where nobody may (${kind})`;
  const { sizeBytes: room, offset } = object;
  if (offset < 0) return `${verb} ${-offset} bytes before an object`;
  const end = offset + Math.max(0, sizeBytes);
  if (offset >= room) return `${verb} ${offset - room} bytes behind an object of ${room}`;
  return `${verb} from byte ${offset} of an object of ${room}, ${end - room} too far`;
}
