// SPDX-License-Identifier: GPL-2.0-or-later
/** One packet: its layers as a tree, its bytes beside them, or the conversation it belongs to. */
import { X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';

import type { PacketField, PacketLayer } from '../../../kernel-sim/lib/packet/index.ts';
import type { Packet } from '../../store/packets-slice.ts';
import { useSelection } from '../../store/use-playground.ts';
import { Button, IconButton } from '../../widgets/button.tsx';
import { StateGlyph } from '../../widgets/state-glyph.tsx';
import { PacketBytes, type ByteSpan } from './packet-bytes.tsx';
import { dissected } from './packet-rows.ts';
import { PacketStream } from './packet-stream.tsx';

export function PacketDetail({ packet }: { readonly packet: Packet }) {
  const { layers, flow, info, protocol } = dissected(packet);
  const choose = useSelection((state) => state.choosePacket);
  const [chosen, setChosen] = useState<PacketField>();
  const [hovered, setHovered] = useState<ByteSpan>();
  const [isStream, setStream] = useState(false);
  const frame = useRef<HTMLElement>(null);
  useEffect(() => {
    if (chosen === undefined) return;
    const field = frame.current?.querySelector('.packet-field[aria-pressed="true"]');
    field?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  const spanOf = (field: PacketField | undefined): ByteSpan | undefined =>
    field === undefined
      ? undefined
      : { start: field.offset, end: field.offset + field.lengthBytes };
  return (
    <section ref={frame} className="packet-detail" aria-label={`Packet ${packet.number + 1}`}>
      <header className="packet-head">
        <h3>
          <span className="mono">{packet.number + 1}</span>
          {protocol} {info}
        </h3>
        {flow !== undefined && (
          <Button kind="plain" onPress={() => setStream(!isStream)}>
            {isStream ? 'Show the layers' : `Follow the ${flow.protocol} stream`}
          </Button>
        )}
        <IconButton icon={X} label="Close the packet" onPress={() => choose(undefined)} />
      </header>
      {isStream && flow !== undefined ? (
        <PacketStream flow={flow} />
      ) : (
        <div className="packet-halves">
          <ul className="packet-layers" aria-label="Layers">
            {layers.map((layer) => (
              <Layer
                key={layer.offset + layer.name}
                layer={layer}
                chosen={chosen}
                onChoose={setChosen}
                onHover={setHovered}
              />
            ))}
          </ul>
          <PacketBytes
            bytes={packet.bytes}
            pointed={hovered ?? spanOf(chosen)}
            onChoose={(offset) => setChosen(fieldAt(layers, offset))}
          />
        </div>
      )}
    </section>
  );
}

/** The smallest field that a byte belongs to, of the highest layer that has one. */
function fieldAt(layers: readonly PacketLayer[], offset: number): PacketField | undefined {
  const holds = (field: PacketField): boolean =>
    offset >= field.offset && offset < field.offset + field.lengthBytes;
  const fields = layers.flatMap((layer) => layer.fields.filter(holds));
  return fields.toSorted((a, b) => a.lengthBytes - b.lengthBytes)[0];
}

interface LayerProps {
  readonly layer: PacketLayer;
  readonly chosen: PacketField | undefined;
  readonly onChoose: (field: PacketField | undefined) => void;
  readonly onHover: (span: ByteSpan | undefined) => void;
}

function Layer({ layer, chosen, onChoose, onHover }: LayerProps) {
  const [isOpen, setOpen] = useState(layer.name !== 'Ethernet' && layer.name !== 'Data');
  const { name, offset, lengthBytes, fields, checksum, problem } = layer;
  const isShown = isOpen || (chosen !== undefined && fields.includes(chosen));
  const whole = { start: offset, end: offset + lengthBytes };
  return (
    <li>
      <button
        type="button"
        className="packet-layer"
        aria-expanded={isShown}
        onClick={() => {
          setOpen(!isShown);
          if (isShown) onChoose(undefined);
        }}
        onMouseEnter={() => onHover(whole)}
        onMouseLeave={() => onHover(undefined)}
        onFocus={() => onHover(whole)}
        onBlur={() => onHover(undefined)}
      >
        <strong>{name}</strong>
        <span className="quiet">{lengthBytes} bytes</span>
        {checksum === 'good' && <StateGlyph state="checked" label="checksum good" />}
        {checksum === 'bad' && (
          <span className="packet-problem">
            <StateGlyph state="error" /> checksum wrong
          </span>
        )}
        {problem !== undefined && (
          <span className="packet-problem">
            <StateGlyph state="warning" /> {problem}
          </span>
        )}
      </button>
      {isShown && (
        <ul>
          {fields.map((field) => (
            <li key={`${field.offset}.${field.name}`}>
              <button
                type="button"
                className="packet-field"
                aria-pressed={field === chosen}
                onClick={() => onChoose(field === chosen ? undefined : field)}
                onMouseEnter={() => onHover(spanOfField(field))}
                onMouseLeave={() => onHover(undefined)}
                onFocus={() => onHover(spanOfField(field))}
                onBlur={() => onHover(undefined)}
              >
                <span className="packet-label">{field.label}</span>
                <span className="packet-value">{field.text}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

function spanOfField({ offset, lengthBytes }: PacketField): ByteSpan {
  return { start: offset, end: offset + lengthBytes };
}
