// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The one thing that the kernel's bundle wants beyond the language: the shell's parser makes a
 * TextDecoder when it is loaded. A vm context has none. So this module must be imported before the
 * kernel, and `removeTextDecoder` called after.
 */
import { decodeUtf8 } from '../lib/utf8.ts';

const scope = globalThis as { TextDecoder?: unknown };

class Utf8Decoder {
  decode(bytes: Uint8Array): string {
    return decodeUtf8(bytes);
  }
}

scope.TextDecoder ??= Utf8Decoder;

export function removeTextDecoder(): void {
  delete scope.TextDecoder;
}
