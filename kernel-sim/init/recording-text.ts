// SPDX-License-Identifier: GPL-2.0-or-later
/** A recording as text, to be kept, sent or compared: JSON, with bytes in base64. */
import { decodeBase64, encodeBase64 } from '../lib/base64.ts';
import type { Recording } from '../machine-types.ts';

/** How bytes stand in the text: `{ "base64": "…" }`. */
const BYTES = 'base64';

export function encodeRecording(recording: Recording): string {
  return JSON.stringify(recording, function (this: Record<string, unknown>, key, value: unknown) {
    // A host's kind of byte array may have a toJSON of its own, which has run by now.
    const original = this[key];
    return original instanceof Uint8Array ? { [BYTES]: encodeBase64(original) } : value;
  });
}

/** The recording in `text`, or undefined when it is none of this version. */
export function decodeRecording(text: string): Recording | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text, (_key, part: unknown) => {
      const encoded = (part as { [BYTES]?: unknown } | null)?.[BYTES];
      return typeof encoded === 'string' ? (decodeBase64(encoded) ?? part) : part;
    });
  } catch {
    return undefined;
  }
  const { version, image, inputs, choices, endNs } = (value ?? {}) as Partial<Recording>;
  const isWhole =
    version === 1 &&
    typeof image === 'object' &&
    Array.isArray(inputs) &&
    Array.isArray(choices) &&
    typeof endNs === 'number';
  return isWhole ? (value as Recording) : undefined;
}
