// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a new program finds on its stack: argc, argv, envp and the strings, as the System V ABI for
 * x86-64 has it.
 */
import { encodeUtf8 } from '../lib/utf8.ts';
import type { AddressSpace } from '../mm/address-space.ts';
import { ERRNO } from '../uapi/errno.ts';

/** Linux allows a quarter of the stack's limit. */
const ARGUMENT_BYTES_MAX = 96 * 1024;
const WORD = 8;

/** Makes the stack and writes the block; returns its address, or -E2BIG or -ENOMEM. */
export function writeInitialStack(
  space: AddressSpace,
  argv: readonly string[],
  env: readonly string[],
): number {
  const strings = [...argv, ...env].map((text) => encodeUtf8(`${text}\0`));
  const tableBytes = WORD * (argv.length + env.length + 3);
  const size = strings.reduce((sum, bytes) => sum + bytes.length, tableBytes);
  if (size > ARGUMENT_BYTES_MAX) return -ERRNO.E2BIG;
  space.addStack();
  const base = space.stackEnd - Math.ceil(size / 16) * 16;

  const block = new Uint8Array(size);
  const view = new DataView(block.buffer);
  let word = 0;
  const put = (value: number): void => {
    view.setUint32(word, value % 0x1_0000_0000, true);
    view.setUint32(word + 4, Math.floor(value / 0x1_0000_0000), true);
    word += WORD;
  };
  let at = tableBytes;
  put(argv.length);
  for (const [index, bytes] of strings.entries()) {
    if (index === argv.length) put(0);
    block.set(bytes, at);
    put(base + at);
    at += bytes.length;
  }
  if (env.length === 0) put(0);
  put(0);
  return space.storeBytes(base, block) === 0 ? base : -ERRNO.ENOMEM;
}
