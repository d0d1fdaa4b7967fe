// SPDX-License-Identifier: GPL-2.0-or-later
/** The switch with who hangs on it, as a drawing: the cable of this machine can be pulled. */
import type { SwitchPortView } from '../../../kernel-sim/machine-types.ts';

const WIDTH = 560;
const ROW = 46;
const BOX = { width: 150, height: 34 } as const;
const SWITCH = { x: 215, width: 130 } as const;
const LED = 8;

interface WireDrawingProps {
  /** The first is this machine's. */
  readonly ports: readonly SwitchPortView[];
  readonly isPlugged: boolean;
  /** The plug of this machine's cable was taken. */
  readonly onPlug: () => void;
}

export function WireDrawing({ ports, isPlugged, onPlug }: WireDrawingProps) {
  const [own, ...others] = ports;
  const rows = Math.max(2, others.length);
  const height = rows * ROW + 16;
  const middle = height / 2;
  const words = ports.map(({ name, isLinked }) => `${name} ${isLinked ? 'linked' : 'not linked'}`);
  return (
    <figure className="wire-drawing">
      <svg viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={`Switch: ${words.join(', ')}`}>
        <rect className="wire-part" x={SWITCH.x} y={8} width={SWITCH.width} height={height - 16} />
        <text className="wire-name" x={SWITCH.x + SWITCH.width / 2} y={middle + 4}>
          switch
        </text>
        <Host x={0} y={middle} name={own?.name ?? 'this machine'} detail="eth0" />
        <OwnCable y={middle} isPlugged={isPlugged} onPlug={onPlug} />
        {others.length === 0 && (
          <text className="wire-detail" x={WIDTH - BOX.width / 2} y={middle + 4}>
            others wake with the first frame
          </text>
        )}
        {others.map((port, index) => (
          <Other key={port.name} port={port} y={8 + ROW * (index + 0.5)} />
        ))}
      </svg>
    </figure>
  );
}

interface HostProps {
  readonly x: number;
  readonly y: number;
  readonly name: string;
  readonly detail: string;
}

function Host({ x, y, name, detail }: HostProps) {
  const middle = x + BOX.width / 2;
  return (
    <>
      <rect
        className="wire-part"
        x={x + 1}
        y={y - BOX.height / 2}
        width={BOX.width - 2}
        height={BOX.height}
      />
      <text className="wire-name" x={middle} y={y - 1}>
        {name}
      </text>
      <text className="wire-detail" x={middle} y={y + 12}>
        {detail}
      </text>
    </>
  );
}

function Other({ port, y }: { readonly port: SwitchPortView; readonly y: number }) {
  const from = SWITCH.x + SWITCH.width;
  const to = WIDTH - BOX.width;
  return (
    <>
      <line className={port.isLinked ? 'cable linked' : 'cable'} x1={from} y1={y} x2={to} y2={y} />
      <Led x={from - LED - 6} y={y} isLit={port.isLinked} />
      <Host x={to} y={y} name={port.name} detail={port.addresses[0] ?? ''} />
    </>
  );
}

/** From this machine to the switch; pulled out, its plug lies beside the port. */
function OwnCable({
  y,
  isPlugged,
  onPlug,
}: Omit<WireDrawingProps, 'ports'> & { readonly y: number }) {
  const end = isPlugged ? SWITCH.x : SWITCH.x - 26;
  return (
    <g className="own-cable" onClick={onPlug} role="presentation">
      <title>{isPlugged ? 'Pull cable' : 'Plug cable in'}</title>
      <line
        className={isPlugged ? 'cable linked' : 'cable'}
        x1={BOX.width}
        y1={y}
        x2={end}
        y2={y}
      />
      <rect
        className={isPlugged ? 'plug linked' : 'plug'}
        x={end - 14}
        y={y - 7}
        width={14}
        height={14}
      />
      <Led x={SWITCH.x + 6} y={y} isLit={isPlugged} />
    </g>
  );
}

interface LedProps {
  readonly x: number;
  readonly y: number;
  readonly isLit: boolean;
}

function Led({ x, y, isLit }: LedProps) {
  return (
    <rect className={isLit ? 'led lit' : 'led'} x={x} y={y - LED / 2} width={LED} height={LED} />
  );
}
