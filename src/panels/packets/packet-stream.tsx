// SPDX-License-Identifier: GPL-2.0-or-later
/** What both sides of a conversation said, in its order. */
import { useMemo, useState } from 'react';

import {
  compileFilter,
  conversationFilter,
  followStream,
  runBpf,
  type PacketFlow,
  type StreamPiece,
} from '../../../kernel-sim/lib/packet/index.ts';
import { useSelection } from '../../store/use-playground.ts';
import { Button } from '../../widgets/button.tsx';
import { StateGlyph } from '../../widgets/state-glyph.tsx';

/** More than anybody reads. */
const SHOWN_BYTES_MAX = 64 * 1024;

export function PacketStream({ flow }: { readonly flow: PacketFlow }) {
  const latest = useSelection((state) => state.packets.frames);
  // Reading a long conversation takes a while: not again with each frame that comes.
  const [frames, setFrames] = useState(latest);
  const show = useSelection((state) => state.showPackets);
  const filter = conversationFilter(flow);
  const pieces = useMemo(() => {
    const compiled = compileFilter(filter);
    if ('error' in compiled) return [];
    const wanted = frames.filter(({ bytes }) => runBpf(compiled.program, bytes, bytes.length) > 0);
    return followStream(
      wanted.map(({ bytes }) => bytes),
      flow,
    );
  }, [frames, filter, flow]);
  const total = pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return (
    <div className="packet-stream">
      <p className="packet-sides">
        <span className="mono">
          {flow.source}:{flow.sourcePort}
        </span>
        <StateGlyph state="sent" label="to" />
        <span className="mono">
          {flow.destination}:{flow.destinationPort}
        </span>
        <span className="quiet">
          {total} bytes
          {total > SHOWN_BYTES_MAX ? `, the first ${SHOWN_BYTES_MAX} of them here` : ''}
        </span>
        {latest !== frames && (
          <Button kind="plain" onPress={() => setFrames(latest)}>
            Read what came since
          </Button>
        )}
        <Button kind="plain" onPress={() => show({ packetFilter: filter })}>
          Show only its packets
        </Button>
      </p>
      {pieces.length === 0 && <p className="empty">Neither side has said anything.</p>}
      {shownOf(pieces).map((piece) => (
        <pre key={piece.start} className={piece.isFromSource ? 'said' : 'said back'}>
          {piece.missingBytes > 0 && (
            <span className="packet-problem">{piece.missingBytes} bytes were not seen. </span>
          )}
          {textOf(piece.bytes)}
        </pre>
      ))}
    </div>
  );
}

/** `start`: how much both sides had said before. */
type ShownPiece = StreamPiece & { readonly start: number };

function shownOf(pieces: readonly StreamPiece[]): readonly ShownPiece[] {
  const shown: ShownPiece[] = [];
  let left = SHOWN_BYTES_MAX;
  for (const piece of pieces) {
    if (left <= 0) break;
    const start = SHOWN_BYTES_MAX - left;
    shown.push({ ...piece, start, bytes: piece.bytes.subarray(0, left) });
    left -= piece.bytes.length;
  }
  return shown;
}

/** What is no text becomes dots, so that nothing that came over a wire can look like the page. */
function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    const isText = (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x09;
    return isText ? String.fromCharCode(byte) : byte === 0x0d ? '' : '.';
  }).join('');
}
