// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a new program finds on its stack: argc, argv, envp and the strings, as the System V ABI for
 * x86-64 has it.
 */
import { encodeUtf8 } from '../lib/utf8.ts';
import type { AddressSpace } from '../mm/address-space.ts';
import { PAGE_SIZE } from '../mm/page.ts';
import { ERRNO } from '../uapi/errno.ts';

/** Arguments and environment may be a quarter of the stack's limit, but so much in any case. */
const ARGUMENT_BYTES_LEAST = 128 * 1024;
/** ... and no more than so much: three quarters of the stack's usual limit. */
const ARGUMENT_BYTES_MOST = 6 * 1024 * 1024;
/** One string with its NUL. Linux: MAX_ARG_STRLEN. */
const STRING_BYTES_MAX = 128 * 1024;
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
  const share = Math.min(space.limits.stackBytes / 4, ARGUMENT_BYTES_MOST);
  if (size > Math.max(share, ARGUMENT_BYTES_LEAST)) return -ERRNO.E2BIG;
  if (strings.some(({ length }) => length > STRING_BYTES_MAX)) return -ERRNO.E2BIG;
  space.addStack(size);
  if (space.areas.pageCount * PAGE_SIZE > space.limits.totalBytes) return -ERRNO.ENOMEM;
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
