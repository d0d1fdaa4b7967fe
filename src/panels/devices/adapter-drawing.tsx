// SPDX-License-Identifier: GPL-2.0-or-later
/** The adapter as one would see it on the table: plug, chip, EEPROM, lights and socket. */
import type { AdapterView } from '../../../kernel-sim/machine-types.ts';

const WIDTH = 540;
const HEIGHT = 210;
const CHIP = { x: 190, y: 40, size: 122 } as const;
const PINS = 14;
const PIN_GAP = 8;

interface AdapterDrawingProps {
  readonly adapter: AdapterView | undefined;
  /** Its address is its own; a board tells it to the driver otherwise. */
  readonly hasEeprom: boolean;
}

export function AdapterDrawing({ adapter, hasEeprom }: AdapterDrawingProps) {
  return (
    <figure className="adapter-drawing">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={describe(adapter)}>
        {adapter === undefined ? <FreePort /> : <Adapter adapter={adapter} hasEeprom={hasEeprom} />}
      </svg>
    </figure>
  );
}

function describe(adapter: AdapterView | undefined): string {
  if (adapter === undefined) return 'A free USB port';
  const lit = (isLit: boolean): string => (isLit ? 'lit' : 'dark');
  const cable = adapter.isCablePlugged ? 'a cable in its socket' : 'no cable';
  const lights = `link light ${lit(adapter.isLinkLit)}, activity ${lit(adapter.isActivityLit)}`;
  return `LAN9512 with ${cable}; ${lights}`;
}

interface AdapterProps {
  readonly adapter: AdapterView;
  readonly hasEeprom: boolean;
}

function FreePort() {
  return (
    <>
      <rect className="device-part" x={30} y={70} width={76} height={70} />
      <rect className="device-hole" x={70} y={84} width={36} height={42} />
      <text className="device-name" x={68} y={160}>
        USB
      </text>
    </>
  );
}

function Adapter({ adapter, hasEeprom }: AdapterProps) {
  const { isHighSpeed, isLinkLit, isActivityLit, isCablePlugged } = adapter;
  return (
    <>
      <rect className="device-board-part" x={50} y={8} width={400} height={194} rx={6} />
      <UsbPlug isHighSpeed={isHighSpeed} />
      {hasEeprom && <Eeprom />}
      <Chip />
      <Socket isCablePlugged={isCablePlugged} />
      <Light x={296} label="Link" isLit={isLinkLit} kind="link" />
      <Light x={352} label="Activity" isLit={isActivityLit} kind="activity" />
    </>
  );
}

function UsbPlug({ isHighSpeed }: { readonly isHighSpeed: boolean }) {
  return (
    <>
      <rect className="device-part" x={10} y={74} width={60} height={56} />
      <rect className="device-hole" x={10} y={84} width={18} height={36} />
      <text className="device-name" x={48} y={106}>
        USB
      </text>
      <line className="device-wire" x1={70} y1={96} x2={CHIP.x - 6} y2={96} />
      <line className="device-wire" x1={70} y1={108} x2={CHIP.x - 6} y2={108} />
      <text className="device-detail" x={128} y={86}>
        {isHighSpeed ? 'high speed' : 'full speed'}
      </text>
    </>
  );
}

function Eeprom() {
  return (
    <>
      <rect className="device-part" x={84} y={146} width={64} height={34} />
      <text className="device-detail" x={116} y={161}>
        EEPROM
      </text>
      <text className="device-detail" x={116} y={173}>
        93C46
      </text>
      <polyline className="device-track" points="148,163 170,163 170,142 184,142" />
    </>
  );
}

function Chip() {
  const { x, y, size } = CHIP;
  const first = (size - (PINS - 1) * PIN_GAP) / 2;
  const pins = Array.from({ length: PINS }, (_, pin) => first + pin * PIN_GAP);
  const middle = x + size / 2;
  return (
    <>
      {pins.map((at) => (
        <g key={at} className="device-pin">
          <rect x={x + at - 2} y={y - 6} width={4} height={6} />
          <rect x={x + at - 2} y={y + size} width={4} height={6} />
          <rect x={x - 6} y={y + at - 2} width={6} height={4} />
          <rect x={x + size} y={y + at - 2} width={6} height={4} />
        </g>
      ))}
      <rect className="device-chip" x={x} y={y} width={size} height={size} />
      <circle className="device-dot" cx={x + 11} cy={y + 11} r={3} />
      <text className="device-name large" x={middle} y={y + 42}>
        LAN9512
      </text>
      <text className="device-detail" x={middle} y={y + 64}>
        0424:9512 hub
      </text>
      <text className="device-detail" x={middle} y={y + 80}>
        0424:ec00 eth
      </text>
    </>
  );
}

function Socket({ isCablePlugged }: { readonly isCablePlugged: boolean }) {
  return (
    <>
      {[78, 90, 112, 124].map((y) => (
        <line key={y} className="device-track" x1={CHIP.x + CHIP.size + 6} y1={y} x2={380} y2={y} />
      ))}
      <text className="device-detail" x={348} y={70}>
        TX±
      </text>
      <text className="device-detail" x={348} y={142}>
        RX±
      </text>
      <rect className="device-part" x={380} y={56} width={82} height={90} />
      <text className="device-detail" x={406} y={72}>
        RJ45
      </text>
      <rect className="device-hole" x={424} y={84} width={38} height={34} />
      <rect
        className={isCablePlugged ? 'plug linked' : 'plug'}
        x={isCablePlugged ? 432 : 482}
        y={90}
        width={26}
        height={22}
      />
      <line
        className={isCablePlugged ? 'cable linked' : 'cable'}
        x1={isCablePlugged ? 458 : 508}
        y1={101}
        x2={WIDTH}
        y2={101}
      />
    </>
  );
}

interface LightProps {
  readonly x: number;
  readonly label: string;
  readonly isLit: boolean;
  readonly kind: 'link' | 'activity';
}

function Light({ x, label, isLit, kind }: LightProps) {
  return (
    <>
      <rect
        className={isLit ? `device-light ${kind} lit` : `device-light ${kind}`}
        x={x}
        y={170}
        width={14}
        height={10}
        rx={2}
      />
      <text className="device-detail start" x={x + 19} y={179}>
        {label}
      </text>
    </>
  );
}
