// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The scripts that record.sh ran on Debian, run by our shell and tools.
 *
 * Many scripts share a booted machine, each with a home of its own: booting would take longer than
 * all the rest. What stays between them is the machine's: pids go on, time passes.
 */
import { readdirSync, readFileSync } from 'node:fs';

import { bootMachine, defaultImage, type BootFile, type Machine } from '../../kernel-sim/index.ts';

/** What a script gave. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

export interface Recorded extends Outcome {
  readonly script: string;
}

export interface Group {
  readonly name: string;
  /** Runs before each script, in the same shell. */
  readonly fixture: string;
  readonly records: readonly Recorded[];
}

/** One script, as Debian did it and as we do it. */
export interface Comparison {
  readonly group: string;
  readonly recorded: Recorded;
  readonly ours: Outcome;
  readonly isSame: boolean;
}

function load(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}

/** The groups in order of their names. */
export function loadGroups(): Group[] {
  const groups = ['shell', 'tools'].flatMap((folder) => {
    const names = readdirSync(new URL(folder, import.meta.url));
    return names
      .filter((name) => name.endsWith('.json'))
      .map((name) => ({
        name: name.slice(0, -'.json'.length),
        fixture: folder === 'tools' ? load('fixture.sh') : '',
        records: JSON.parse(load(`${folder}/${name}`)) as Recorded[],
      }));
  });
  return groups.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Replays a group; the comparisons are in its order. */
export function replay(group: Group): Comparison[] {
  const outcomes: Outcome[] = [];
  while (outcomes.length < group.records.length) {
    const texts = group.records
      .slice(outcomes.length, outcomes.length + BATCH)
      .map(({ script }) => group.fixture + script);
    outcomes.push(...runBatch(texts));
  }
  return group.records.map((recorded, index) => {
    const ours = outcomes[index] ?? STUCK;
    return { group: group.name, recorded, ours, isSame: isSame(recorded, ours) };
  });
}

function isSame(recorded: Outcome, ours: Outcome): boolean {
  return (
    recorded.stdout === ours.stdout &&
    withoutPids(recorded.stderr) === withoutPids(ours.stderr) &&
    recorded.status === ours.status
  );
}

/** `line 3:  1234 Killed`: process numbers may differ. */
function withoutPids(text: string): string {
  return text.replaceAll(/(line \d+: (?:\[: )?) *\d+/g, '$1PID');
}

/** Scripts of one machine. */
const BATCH = 60;
const STUCK: Outcome = { stdout: '', stderr: '(the machine did not come back)', status: -1 };
/** Stands behind each script's output, on both streams; no script writes it. */
const MARK = '\u{1E}\u{1F}';
const SLICE_NS = 20_000_000;
/** A script without an end after so much virtual time has none. */
const PATIENCE_NS = 30_000_000_000;

const DRIVER = `
for number; do
  bash -c "$(</run/conformance/$number)" bash </dev/null
  status=$?
  printf '%d\\036\\037' $status
  printf '\\036\\037' >&2
  cd
  rm -rf ./* ./.[!.]* /tmp/* 2>/dev/null || { chmod -R u+rwx . && rm -rf ./* ./.[!.]*; } 2>/dev/null
done
`;

/** What the scripts gave, up to the first that never ended, which is the last then. */
function runBatch(scripts: readonly string[]): Outcome[] {
  const encoder = new TextEncoder();
  const files: BootFile[] = scripts.map((text, index) => ({
    path: `/run/conformance/${index}`,
    bytes: encoder.encode(text),
  }));
  const args = scripts.map((_, index) => String(index));
  const streams = { hvc0: new Stream(), hvc1: new Stream() };
  const machine = bootMachine(
    defaultImage({ files, script: { text: DRIVER, user: 'user', args } }),
    {
      evaluate: () => undefined,
      output: (port, bytes) => {
        if (port === 'hvc0' || port === 'hvc1') streams[port].add(bytes);
      },
      compile: () => undefined,
      fileChanged: () => undefined,
    },
  );
  machine.deliver({ kind: 'stdin', bytes: new Uint8Array(0) });
  runToEnd(machine, streams.hvc1);
  const outputs = streams.hvc0.parts();
  const errors = streams.hvc1.parts();
  const outcomes = outputs.slice(0, -1).map((text, index) => {
    const status = /\d+$/.exec(text)?.[0] ?? '';
    return {
      stdout: text.slice(0, text.length - status.length),
      stderr: errors[index] ?? '',
      status: Number(status),
    };
  });
  return outcomes.length === scripts.length ? outcomes : [...outcomes, STUCK];
}

function runToEnd(machine: Machine, progress: Stream): void {
  let patientUntil = machine.nowNs + PATIENCE_NS;
  let { marks } = progress;
  while (machine.state !== 'halted' && machine.nowNs < patientUntil) {
    machine.run(machine.nowNs + SLICE_NS);
    if (progress.marks === marks) continue;
    ({ marks } = progress);
    patientUntil = machine.nowNs + PATIENCE_NS;
  }
}

/** What came out of a port. */
class Stream {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #text = '';
  marks = 0;

  add(bytes: Uint8Array): void {
    for (const byte of bytes) if (byte === MARK.charCodeAt(1)) this.marks++;
    this.#text += this.#decoder.decode(bytes, { stream: true });
  }

  /** The text between marks. */
  parts(): string[] {
    return this.#text.split(MARK);
  }
}
