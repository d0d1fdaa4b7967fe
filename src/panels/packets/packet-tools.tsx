// SPDX-License-Identifier: GPL-2.0-or-later
/** What one does with all packets: filter, hold, clear, save. */
import { Download, Pause, Play, Search, Trash2 } from 'lucide-react';

import { compileFilter } from '../../../kernel-sim/lib/packet/index.ts';
import { saveCapture } from '../../store/capture.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';
import { Button, IconButton } from '../../widgets/button.tsx';

export function PacketTools() {
  const playground = usePlayground();
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
      <Button label="Save as pcapng" onPress={() => void saveCapture(playground)}>
        <Download size={14} strokeWidth={1.5} aria-hidden />
        pcapng
      </Button>
    </>
  );
}
