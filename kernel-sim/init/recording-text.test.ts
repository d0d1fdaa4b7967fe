// SPDX-License-Identifier: GPL-2.0-or-later
/** Recordings as text: what is written is read again, and what is none is refused. */
import { describe, expect, it } from 'vitest';

import { defaultImage, type Recording } from '../index.ts';
import { Prng } from '../sim/prng.ts';
import { decodeRecording, encodeRecording } from './recording-text.ts';

const BYTES = Uint8Array.from({ length: 256 }, (_, n) => n);

function sample(): Recording {
  return {
    version: 1,
    image: defaultImage({
      board: 'rpi3',
      seed: 4_294_967_295,
      cmdline: 'kasan=off "quoted" \\ ü',
      files: [{ path: '/home/user/a', bytes: BYTES, mode: 0o755 }],
      script: { text: 'echo "{}"', user: 'root', args: ['', 'ä'] },
    }),
    inputs: [
      { atNs: 0, input: { kind: 'stdin', bytes: new Uint8Array(0) } },
      { atNs: 12, input: { kind: 'tty', tty: 1, bytes: BYTES } },
      { atNs: 2 ** 52, input: { kind: 'resize', tty: 0, rows: 24, columns: 80 } },
      { atNs: 2 ** 52, input: { kind: 'remove-file', path: '/home/user/b' } },
    ],
    choices: [
      ['slice', 3, 2],
      ['entropy', 0, 4_294_967_295],
    ],
    endNs: 9_007_199_254_740_991,
  };
}

describe('a recording', () => {
  it('is the same after it was text', () => {
    const text = encodeRecording(sample());
    expect(decodeRecording(text)).toEqual(sample());
    expect(encodeRecording(decodeRecording(text)!)).toBe(text);
  });

  it('is the same with the kind of bytes that Node’s files have', () => {
    const recording = sample();
    const [file] = recording.image.files;
    const image = { ...recording.image, files: [{ ...file!, bytes: Buffer.from(BYTES) }] };
    const text = encodeRecording({ ...recording, image });
    expect(text).toBe(encodeRecording(recording));
  });

  it('with fields of later versions keeps what it knows', () => {
    const text = JSON.stringify({ ...JSON.parse(encodeRecording(sample())), later: { a: 1 } });
    expect(decodeRecording(text)).toMatchObject({ version: 1, endNs: sample().endNs });
  });
});

describe('what is no recording', () => {
  it.each(['', 'x', '{', 'null', '5', '"text"', '[]', '{}', '{"base64":"AAAA"}'])(
    '%j is refused',
    (text) => {
      expect(decodeRecording(text)).toBeUndefined();
    },
  );

  type Path = readonly (string | number)[];
  function withChange(path: Path, value: unknown): string {
    const copy = JSON.parse(encodeRecording(sample())) as Record<string | number, unknown>;
    let at = copy;
    for (const key of path.slice(0, -1)) at = at[key] as typeof copy;
    const last = path.at(-1)!;
    if (value === undefined) delete at[last];
    else at[last] = value;
    return JSON.stringify(copy);
  }

  it.each<[Path, unknown]>([
    [['version'], 2],
    [['version'], '1'],
    [['version'], undefined],
    [['endNs'], '5'],
    [['endNs'], null],
    [['endNs'], -1],
    [['endNs'], undefined],
    [['image'], null],
    [['image'], undefined],
    [['image'], 'pc'],
    [['image'], []],
    [['image', 'board'], 'mac'],
    [['image', 'board'], undefined],
    [['image', 'cpus'], 0],
    [['image', 'cpus'], 1.5],
    [['image', 'cpus'], 1e9],
    [['image', 'seed'], 'one'],
    [['image', 'cmdline'], 5],
    [['image', 'epochSeconds'], null],
    [['image', 'files'], {}],
    [['image', 'files', 0], null],
    [['image', 'files', 0, 'path'], 5],
    [['image', 'files', 0, 'bytes'], 'AAAA'],
    [['image', 'files', 0, 'bytes'], { base64: '!' }],
    [['image', 'script'], null],
    [['image', 'script', 'text'], 5],
    [['image', 'script', 'user'], 'nobody'],
    [['image', 'script', 'args'], [5]],
    [['inputs'], {}],
    [['inputs', 0], null],
    [['inputs', 0, 'atNs'], null],
    [['inputs', 0, 'atNs'], -1],
    [['inputs', 0, 'input'], null],
    [['inputs', 0, 'input', 'kind'], 'rain'],
    [['inputs', 1, 'input', 'bytes'], undefined],
    [['inputs', 1, 'input', 'tty'], '1'],
    [['inputs', 2, 'input', 'rows'], undefined],
    [['inputs', 3, 'input', 'path'], 5],
    [['choices'], null],
    [
      ['choices', 0],
      ['slice', 3],
    ],
    [
      ['choices', 0],
      ['slice', '3', 2],
    ],
    [['choices', 0], null],
  ])('with %j as %j is refused', (path, value) => {
    expect(decodeRecording(withChange(path, value))).toBeUndefined();
  });

  it('cut off anywhere, or with noise in it, never throws', () => {
    const text = encodeRecording(sample());
    const prng = new Prng(1);
    for (let length = 0; length < text.length; length++) {
      expect(decodeRecording(text.slice(0, length))).toBeUndefined();
    }
    for (let n = 0; n < 500; n++) {
      const at = prng.below(text.length);
      const noisy = text.slice(0, at) + String.fromCharCode(prng.below(128)) + text.slice(at + 1);
      expect(() => decodeRecording(noisy)).not.toThrow();
    }
  });
});
