// SPDX-License-Identifier: GPL-2.0-or-later
/** What each key does. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { openFile } from './files.ts';
import { FLAGS } from './options.ts';
import type { Command, Pager } from './pager.ts';
import { createSearch, findLine, type Direction } from './search.ts';

function* forward(pager: Pager, count: number): Sleeping<void> {
  if ((yield* pager.view.forward(count)) === 0 && count > 0) yield* pager.bumpEnd();
}

function* backward(pager: Pager, count: number): Sleeping<void> {
  if (pager.view.backward(count) === 0 && count > 0) yield* pager.beep();
}

function half(pager: Pager, count: number | undefined): number {
  if (count !== undefined) pager.halfScreen = count;
  return pager.halfScreen ?? Math.max(1, pager.terminal.rows >> 1);
}

function remember(pager: Pager): void {
  pager.marks.set("'", { index: pager.index, line: pager.view.topLine });
}

function* goToLine(pager: Pager, count = 1): Sleeping<void> {
  remember(pager);
  const isThere = yield* pager.view.goTo(Math.max(0, count - 1));
  if (!isThere) pager.say(`Cannot seek to line number ${count}`);
}

function* goToEnd(pager: Pager, count: number | undefined): Sleeping<void> {
  if (count !== undefined) return yield* goToLine(pager, count);
  remember(pager);
  yield* pager.view.goToEnd();
}

function* goToPercent(pager: Pager, count = 0): Sleeping<void> {
  const { view } = pager;
  const { document } = view;
  if (!(yield* pager.read(document, Infinity))) return;
  remember(pager);
  const byte = Math.floor(((document.sizeBytes ?? 0) * Math.min(100, count)) / 100);
  if (count >= 100) return yield* goToEnd(pager, undefined);
  const line = document.starts.findIndex((start, index) => {
    return start <= byte && byte < (document.starts[index + 1] ?? Infinity);
  });
  yield* view.goTo(Math.max(0, line));
}

function shift(direction: 1 | -1): Command {
  return function* (pager, count) {
    const by = count ?? Math.max(1, pager.terminal.columns >> 1);
    pager.shift = Math.max(0, pager.shift + direction * by);
    pager.redraw();
  };
}

function ask(direction: Direction): Command {
  return function* (pager, count) {
    const typed = yield* pager.ask(direction === 'forward' ? '/' : '?');
    if (typed === undefined) return;
    yield* startSearch(pager, typed, direction, count ?? 1);
  };
}

/** A new search: all of the screen belongs to what is looked through. */
export function* startSearch(
  pager: Pager,
  typed: string,
  direction: Direction,
  count: number,
): Sleeping<void> {
  const { view } = pager;
  if (typed === '' || typed === '!') return yield* again(pager, direction, count);
  const search = createSearch(typed, direction, pager.options);
  if ('error' in search) {
    pager.say(search.error);
    return;
  }
  pager.search = search;
  pager.marksMatches = true;
  const from = direction === 'forward' ? view.topLine : yield* view.bottomLine();
  yield* showMatch(pager, direction, from, count);
}

function* again(pager: Pager, direction: Direction, count: number): Sleeping<void> {
  if (pager.search === undefined) {
    pager.say('No previous regular expression');
    return;
  }
  pager.marksMatches = true;
  const step = direction === 'forward' ? 1 : -1;
  yield* showMatch(pager, direction, pager.view.topLine + step, count);
}

function* showMatch(
  pager: Pager,
  direction: Direction,
  from: number,
  count: number,
): Sleeping<void> {
  const { view, search, options } = pager;
  if (search === undefined) return;
  const { document } = view;
  const line = yield* findLine(view, search, direction, from, count, options, (lines) =>
    pager.read(document, lines),
  );
  if (line === undefined) {
    pager.say('Pattern not found');
    return;
  }
  remember(pager);
  yield* view.goTo(line);
}

function repeat(sameWay: boolean): Command {
  return function* (pager, count) {
    const isForward = (pager.search?.direction ?? 'forward') === 'forward';
    yield* again(pager, isForward === sameWay ? 'forward' : 'backward', count ?? 1);
  };
}

function* setMark(pager: Pager): Sleeping<void> {
  const letter = yield* pager.askKey('mark: ');
  if (letter === undefined || !/^[a-zA-Z]$/.test(letter)) return;
  pager.marks.set(letter, { index: pager.index, line: pager.view.topLine });
}

function* goToMark(pager: Pager): Sleeping<void> {
  const letter = yield* pager.askKey('goto mark: ');
  if (letter === undefined) return;
  if (letter === '^') return yield* goToLine(pager);
  if (letter === '$') return yield* goToEnd(pager, undefined);
  const mark = pager.marks.get(letter) ?? (letter === "'" ? { index: pager.index, line: 0 } : null);
  if (mark === null) {
    pager.say(/^[a-zA-Z]$/.test(letter) ? 'Mark not set' : 'Invalid mark letter');
    return;
  }
  remember(pager);
  if (mark.index !== pager.index) yield* pager.switchTo(mark.index);
  yield* pager.view.goTo(mark.line);
}

function* setOption(pager: Pager): Sleeping<void> {
  const letter = yield* pager.askKey('-');
  if (letter === undefined || letter === 'enter') return;
  const flag = FLAGS.get(letter);
  if (flag === undefined) {
    pager.say(`There is no -${letter} option`);
    return;
  }
  pager.say(flag(pager.options));
  pager.view.refold();
  pager.redraw();
}

function* quit(pager: Pager): Sleeping<void> {
  if (pager.isHelp) pager.leaveHelp();
  else pager.status = 0;
}

function* byFiles(pager: Pager, by: number): Sleeping<void> {
  const isThere = yield* pager.switchTo(pager.index + by);
  if (isThere) return;
  const which = by > 0 ? 'next' : 'previous';
  pager.say(Math.abs(by) === 1 ? `No ${which} file` : `No (${Math.abs(by)}-th) ${which} file`);
}

function* examine(pager: Pager): Sleeping<void> {
  const name = yield* pager.ask('Examine: ');
  if (name === undefined || name === '') return;
  const { c, options } = pager;
  const file = { name, open: () => openFile(c, name, options) };
  pager.files.splice(pager.index + 1, 0, file);
  const before = pager.index;
  yield* pager.switchTo(pager.index + 1);
  if (pager.index === before) pager.files.splice(before + 1, 1);
}

/** What may follow a colon. */
const COLON: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['n', (pager, count = 1) => byFiles(pager, count)],
  ['p', (pager, count = 1) => byFiles(pager, -count)],
  [
    'x',
    function* (pager, count = 1) {
      if (!(yield* pager.switchTo(count - 1))) pager.say('No such file');
    },
  ],
  ['e', examine],
  ['f', (pager) => pager.sayStatus()],
  ['q', quit],
  ['Q', quit],
]);

function* colon(pager: Pager, count: number | undefined): Sleeping<void> {
  const letter = yield* pager.askKey(' :');
  const command = letter === undefined ? undefined : COLON.get(letter);
  if (command === undefined) yield* pager.beep();
  else yield* command(pager, count);
}

/** One command under several keys. */
function keys(names: string, command: Command): [string, Command][] {
  return names.split(' ').map((name) => [name, command]);
}

export const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ...keys('e C-e j C-n enter down', (pager, count = 1) => forward(pager, count)),
  ...keys('y C-y k C-k C-p up', (pager, count = 1) => backward(pager, count)),
  ...keys('f C-f C-v page-down', (pager, count) => forward(pager, count ?? pager.height)),
  [' ', (pager, count) => forward(pager, count ?? pager.height)],
  ...keys('b C-b M-v page-up', (pager, count) => backward(pager, count ?? pager.height)),
  ...keys('d C-d', (pager, count) => forward(pager, half(pager, count))),
  ...keys('u C-u', (pager, count) => backward(pager, half(pager, count))),
  ...keys('g < M-< home', goToLine),
  ...keys('G > M-> end', goToEnd),
  ...keys('p %', goToPercent),
  ['right', shift(1)],
  ['left', shift(-1)],
  ['F', (pager) => pager.follow()],
  ['/', ask('forward')],
  ['?', ask('backward')],
  ['n', repeat(true)],
  ['N', repeat(false)],
  [
    'M-u',
    function* (pager) {
      pager.marksMatches = !pager.marksMatches;
      pager.redraw();
    },
  ],
  ...keys('r R C-r C-l', function* (pager) {
    pager.redraw();
  }),
  ...keys('= C-g', (pager) => pager.sayStatus()),
  ...keys('h H', function* (pager) {
    if (!pager.isHelp) pager.showHelp();
  }),
  ['m', setMark],
  ["'", goToMark],
  ['-', setOption],
  [':', colon],
  ...keys('q Q', quit),
  [
    'Z',
    function* (pager) {
      if ((yield* pager.askKey(' Z')) === 'Z') yield* quit(pager);
    },
  ],
]);
