// SPDX-License-Identifier: GPL-2.0-or-later
/** What one does with all packets: filter, hold, clear, save. */
import { Download, Pause, Play, Search, Trash2 } from 'lucide-react';

import {
  compileFilter,
  writePcapng,
  type PcapngFrame,
} from '../../../kernel-sim/lib/packet/index.ts';
import { offerFile } from '../../lib/offer-file.ts';
import type { Packet, PacketBook } from '../../store/packets-slice.ts';
import { useSelection } from '../../store/use-playground.ts';
import { Button, IconButton } from '../../widgets/button.tsx';

const NS_PER_SECOND = 1_000_000_000;

export function PacketTools() {
  const packets = useSelection((state) => state.packets);
  const text = useSelection((state) => state.packetFilter);
  const isPaused = useSelection((state) => state.arePacketsPaused);
  const show = useSelection((state) => state.showPackets);
  const clear = useSelection((state) => state.clearPackets);
  const compiled = compileFilter(text);
  const error = 'error' in compiled ? compiled.error : undefined;
  return (
    <>
      <label className={error === undefined ? 'filter-text' : 'filter-text wrong'}>
        <Search size={14} strokeWidth={1.5} aria-hidden />
        <input
          className="mono"
          value={text}
          onChange={(event) => show({ packetFilter: event.target.value })}
          placeholder="icmp or tcp port 80"
          aria-label="Show only packets that this filter wants"
          aria-invalid={error !== undefined}
          aria-describedby="packet-filter-error"
          spellCheck={false}
          autoCapitalize="off"
        />
      </label>
      <span id="packet-filter-error" className="packet-filter-error" role="status">
        {error?.replace("can't parse filter expression: ", '')}
      </span>
      <IconButton
        icon={isPaused ? Play : Pause}
        label={isPaused ? 'Go on with new packets' : 'Hold: no new packets'}
        isPressed={isPaused}
        onPress={() => show({ arePacketsPaused: !isPaused })}
      />
      <IconButton icon={Trash2} label="Clear the packets" onPress={clear} />
      <Button label="Save as pcapng" onPress={() => save(packets)}>
        <Download size={14} strokeWidth={1.5} aria-hidden />
        pcapng
      </Button>
    </>
  );
}

function save(book: PacketBook): void {
  const frames = book.frames.map((packet) => captured(packet, book.epochSeconds));
  const bytes = writePcapng(frames, { application: 'Ring Zero', os: 'Ring Zero' });
  offerFile('ringzero.pcapng', new Blob([bytes], { type: 'application/x-pcapng' }));
}

/** As the machine's clock has it. */
function captured({ timeNs, device, isReceived, bytes, place }: Packet, epochSeconds: number) {
  const frame: PcapngFrame = {
    seconds: epochSeconds + Math.floor(timeNs / NS_PER_SECOND),
    nanoseconds: Math.floor(timeNs % NS_PER_SECOND),
    lengthBytes: bytes.length,
    bytes,
    device,
    direction: isReceived ? 'rx' : 'tx',
  };
  const { source, where } = place ?? {};
  if (source === undefined) return frame;
  const deed = isReceived ? 'handed over' : 'sent';
  return { ...frame, comment: `${deed} by ${where} at ${source.file}:${source.line}` };
}
