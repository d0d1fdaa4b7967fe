// SPDX-License-Identifier: GPL-2.0-or-later
/** Races for what a driver keeps in objects and variables, and no bytes of memory. */
import { describe, expect, it } from 'vitest';

import { runScript, userFile } from '../support/machine.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;
const ROUNDS = 100;

/** What a write to /dev/race does; a repaired one is what comes second. */
const WAYS = [
  [
    'a field of an object that all files have',
    'shared.count += 1;',
    IN_MUTEX('shared.count += 1;'),
  ],
  ['a #field that a method changes', 'shared.bump();', IN_MUTEX('shared.bump();')],
  [
    'a field behind two others',
    'shared.inner.hits++;',
    'using it = shared.spin.lock(); it.value.hits++;',
  ],
  ['a variable of the module', 'calls += 1;', IN_MUTEX('calls += 1;')],
  ['a static field', 'Shared.made += 1;', IN_MUTEX('Shared.made += 1;')],
  [
    'a flag that is looked at',
    'if (!shared.on) shared.on = true;',
    IN_MUTEX('shared.on ||= true;'),
  ],
] as const;

function IN_MUTEX(statement: string): string {
  return `using guard = shared.mutex.lock(); guard.value.hits += 1; ${statement}`;
}

const SOURCE = `// SPDX-License-Identifier: GPL-2.0-or-later
import { module, param, type Params, println, type Ref } from "kernel";
import { type File, type FileOperations, miscdev, type UserSliceReader } from "kernel/fs";
import { Mutex, Spinlock } from "kernel/sync";

let calls = 0;
let way = 0;

class Inner {
  hits = 0;
}

class Shared {
  static made = 0;
  on = false;
  count = 0;
  inner = new Inner();
  #bumped = 0n;
  constructor(readonly mutex: Mutex<Inner>, readonly spin: Spinlock<Inner>) {}
  bump(): void {
    this.#bumped++;
  }
  [Symbol.dispose](): void {
    println(\`count \${this.count}\`);
  }
}

${WAYS.flatMap(([, wrong, right]) => [wrong, right])
  .map((body, at) => `function way_${at}(shared: Ref<Shared>): void {\n  ${body}\n}`)
  .join('\n')}

class RaceFile implements FileOperations {
  static readonly mode = 0o666;
  constructor(readonly shared: Ref<Shared>) {}
  static open(shared: Ref<Shared>): RaceFile {
    return new RaceFile(shared);
  }
  write(_file: File, input: UserSliceReader): void {
    const { shared } = this;
    for (let round = 0; round < ${ROUNDS}; round++) {
      ${WAYS.flatMap((_, at) => [2 * at, 2 * at + 1])
        .map((at) => `if (way === ${at}) way_${at}(shared);`)
        .join('\n      ')}
    }
    input.skip(input.remaining);
  }
}

const params = { how: param.int(0, "which way") };

class Race {
  constructor(readonly device: miscdev.Registration) {}
  static init({ how }: Params<typeof params>): Race {
    println(\`way \${how}\`);
    way = how;
    const shared = new Shared(Mutex.new(new Inner()), Spinlock.new(new Inner()));
    return new Race(miscdev.register("race", RaceFile, shared));
  }
}
export default module(Race, { license: "GPL", params });
`;

/** The log of each way, with two processes that write at once. */
function logsOf(cmdline: string): readonly string[] {
  const files = [userFile('race/race.ts', SOURCE)];
  const script = `cd race && make > /tmp/make 2>&1 || { cat /tmp/make; exit 99; }
sudo sh -c 'for way in ${[...Array(2 * WAYS.length).keys()].join(' ')}; do
  insmod race.ko how=$way; { echo b > /dev/race & echo a > /dev/race; wait; }; rmmod race
done'`;
  const { logText, stdout, stderr, status } = runScript(script, { files, cmdline, cpus: 2 });
  expect([status, stdout, stderr]).toEqual([0, '', '']);
  return logText.split(/^way \d+$/mu).slice(1);
}

const TITLE = /^BUG: KCSAN: data-race in (.*)$/gmu;
const COUNT = /^count (\d+)$/mu;

describe.each(['voluntary', 'full'])('with preempt=%s two processes', (preempt) => {
  it(
    'race for what no lock keeps apart, and only for that',
    () => {
      const logs = logsOf(`kcsan=on preempt=${preempt}`);
      const found = WAYS.map(([name], at) => ({
        name,
        wrong: new Set(Array.from(logs[2 * at]!.matchAll(TITLE), ([, title]) => title)),
        right: Array.from(logs[2 * at + 1]!.matchAll(TITLE), ([, title]) => title),
      }));
      const titles = WAYS.map(([name], at) => ({
        name,
        wrong: new Set([at === 1 ? 'Shared.bump / Shared.bump' : `way_${2 * at} / way_${2 * at}`]),
        right: [],
      }));
      expect(found).toEqual(titles);
      expect(logs[0]).toMatch(
        /^read-write to 0xffff8880\w{8} of 8 bytes by task \d+ on cpu \d:$/mu,
      );
      const line = 1 + SOURCE.split('\n').indexOf('  shared.count += 1;');
      const places = Array.from(logs[0]!.matchAll(/ way_0\+\w+\/\w+ \[race\] race\.ts:(\d+)$/gmu));
      expect(places.map(([, at]) => Number(at))).toEqual([line, line]);
      const count = Number(COUNT.exec(logs[0]!)![1]);
      expect(count).toBeLessThanOrEqual(2 * ROUNDS);
    },
    PATIENCE_MS,
  );
});

describe('without the detector', () => {
  it('nothing is told, and nothing is different', () => {
    const logs = logsOf('kcsan=off');
    expect(logs.join('')).not.toMatch(/BUG|WARNING/u);
    expect(logs[0]).toMatch(`count ${2 * ROUNDS}\n`);
  });
});
