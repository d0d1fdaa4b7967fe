// SPDX-License-Identifier: GPL-2.0-or-later
/** Wireshark's judgement of captures that we write, where tshark is installed. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why tshark cannot be asked here; undefined where it can. */
export function whyNoTshark(): string | undefined {
  try {
    execFileSync('tshark', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'tshark is not installed';
  }
}

/** What tshark knows of one frame. */
interface JudgedFrame {
  readonly device: string;
  /** Seconds since 1970, with nine decimals. */
  readonly time: string;
  readonly comment: string;
  /** Bad checksums, what is malformed, and what cannot be. */
  readonly isWrong: boolean;
}

/** Wireshark's PI_WARN. */
const WARNING = 0x60_0000;

/** Has a capture read, with every checksum checked. */
export function judge(capture: Uint8Array): readonly JudgedFrame[] {
  return withFile(capture, read);
}

/** Fields of each frame, as `tshark -e` names them. */
export function fieldsOf(capture: Uint8Array, names: readonly string[]): readonly string[][] {
  const fields = names.flatMap((name) => ['-e', name]);
  return withFile(capture, (path) =>
    run(path, ['-T', 'fields', ...fields]).map((line) => line.split('\t')),
  );
}

function withFile<T>(capture: Uint8Array, look: (path: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'captures-'));
  try {
    const path = join(folder, 'capture');
    writeFileSync(path, capture);
    return look(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function read(path: string): readonly JudgedFrame[] {
  const checks = ['ip', 'tcp', 'udp'].flatMap((name) => ['-o', `${name}.check_checksum:TRUE`]);
  const names = [
    'frame.interface_name',
    'frame.time_epoch',
    'frame.comment',
    '_ws.expert.severity',
  ];
  const fields = names.flatMap((name) => ['-e', name]);
  return run(path, [...checks, '-T', 'fields', ...fields]).map((line) => {
    const [device = '', time = '', comment = '', severities = ''] = line.split('\t');
    const isWrong = severities.split(',').some((severity) => Number(severity) >= WARNING);
    return { device, time, comment, isWrong };
  });
}

/** Its lines. */
function run(path: string, words: readonly string[]): readonly string[] {
  const output = execFileSync('tshark', ['-r', path, ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return output.split('\n').slice(0, -1);
}
