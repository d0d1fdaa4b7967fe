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
  const folder = mkdtempSync(join(tmpdir(), 'captures-'));
  try {
    const path = join(folder, 'capture');
    writeFileSync(path, capture);
    return read(path);
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
  const output = execFileSync('tshark', ['-r', path, ...checks, '-T', 'fields', ...fields], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const lines = output.split('\n').slice(0, -1);
  return lines.map((line) => {
    const [device = '', time = '', comment = '', severities = ''] = line.split('\t');
    const isWrong = severities.split(',').some((severity) => Number(severity) >= WARNING);
    return { device, time, comment, isWrong };
  });
}
