// SPDX-License-Identifier: GPL-2.0-or-later
/** The bytes of a packet, of which some can be pointed at. */
import { useEffect, useRef, type MouseEvent } from 'react';

import { useBox } from '../../lib/use-box.ts';

/** Bytes of a frame: where they begin, and where they end. */
export interface ByteSpan {
  readonly start: number;
  readonly end: number;
}

/** Narrower than this there is room for eight bytes in a row. */
const SIXTEEN_PIXELS = 560;
const BOX_AT_FIRST = { width: 600, height: 200 };

interface PacketBytesProps {
  readonly bytes: Uint8Array;
  readonly pointed: ByteSpan | undefined;
  /** A byte was clicked. */
  readonly onChoose: (offset: number) => void;
}

export function PacketBytes({ bytes, pointed, onChoose }: PacketBytesProps) {
  const frame = useRef<HTMLDivElement>(null);
  const { width } = useBox(frame, BOX_AT_FIRST);
  const perRow = width < SIXTEEN_PIXELS ? 8 : 16;
  const offsets = Array.from({ length: Math.ceil(bytes.length / perRow) }, (_, n) => n * perRow);
  const first = pointed?.start;
  useEffect(() => {
    if (first === undefined) return;
    frame.current?.querySelector('.pointed')?.scrollIntoView({ block: 'nearest' });
  }, [first]);
  const choose = (event: MouseEvent): void => {
    const at = (event.target as HTMLElement).dataset['at'];
    if (at !== undefined) onChoose(Number(at));
  };
  // Without a mouse, the fields lead to their bytes.
  return (
    <div className="packet-bytes" ref={frame} onClick={choose} role="presentation">
      <table>
        <tbody>
          {offsets.map((offset) => (
            <tr key={offset}>
              <th scope="row">{offset.toString(16).padStart(4, '0')}</th>
              <td>
                {cells(bytes, offset, perRow, pointed, (byte) =>
                  byte.toString(16).padStart(2, '0'),
                )}
              </td>
              <td className="packet-text">{cells(bytes, offset, perRow, pointed, printable)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function cells(
  bytes: Uint8Array,
  offset: number,
  perRow: number,
  pointed: ByteSpan | undefined,
  show: (byte: number) => string,
) {
  return Array.from(bytes.subarray(offset, offset + perRow), (byte, n) => {
    const at = offset + n;
    const isPointed = pointed !== undefined && at >= pointed.start && at < pointed.end;
    const isMiddle = n === 8;
    const names = [isPointed && 'pointed', byte === 0 && 'quiet', isMiddle && 'middle'];
    return (
      <span key={at} data-at={at} className={names.filter((name) => name !== false).join(' ')}>
        {show(byte)}
      </span>
    );
  });
}

function printable(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
}
