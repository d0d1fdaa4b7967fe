// SPDX-License-Identifier: GPL-2.0-or-later
/** The chip's registers: what each holds, who touched it last, and its bits. */
import { useRef, useState } from 'react';

import type { RegisterAccessView, RegisterView } from '../../../kernel-sim/machine-types.ts';
import { logTime } from '../../lib/log-time.ts';
import { useBox } from '../../lib/use-box.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';
import { DataGrid, type GridColumn, widthOf } from '../../widgets/data-grid.tsx';
import { DriverLine } from './driver-line.tsx';
import { RegisterBits } from './register-bits.tsx';

/** A register, and the last time that a driver touched it. */
interface Row {
  readonly register: RegisterView;
  readonly access: RegisterAccessView | undefined;
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

export function RegisterList({ registers }: { readonly registers: readonly RegisterView[] }) {
  const playground = usePlayground();
  const accesses = useSelection((state) => state.devices.accesses);
  const places = useSelection((state) => state.devices.places);
  const chosen = useSelection((state) => state.register);
  const show = useSelection((state) => state.showDevices);
  const frame = useRef<HTMLDivElement>(null);
  const { width } = useBox(frame, BOX_AT_FIRST);
  const [isTouchedOnly, setTouchedOnly] = useState(false);
  const rows = registers
    .map((register) => ({ register, access: accesses.get(register.offset) }))
    .filter(({ access }) => !isTouchedOnly || access !== undefined);
  const open = registers.find(({ offset }) => offset === chosen);
  const choose = ({ register, access }: Row): void => {
    show({ register: register.offset });
    const source = access === undefined ? undefined : places.get(access.site)?.source;
    if (access !== undefined) playground.markLine(source, registerSentence(register, access));
  };
  return (
    <div className="device-parts" ref={frame}>
      <label className="device-filter">
        <input
          type="checkbox"
          checked={isTouchedOnly}
          onChange={(event) => setTouchedOnly(event.target.checked)}
        />
        Only those that a driver has touched
      </label>
      <DataGrid
        id="registers"
        label="Registers"
        columns={width < widthOf(COLUMNS) ? NARROW_COLUMNS : COLUMNS}
        rows={rows}
        keyOf={({ register }) => register.offset}
        chosen={chosen}
        onChoose={choose}
      />
      {open !== undefined && <RegisterBits register={open} access={accesses.get(open.offset)} />}
    </div>
  );
}

/** What the caption says of the last access. */
export function registerSentence(register: RegisterView, access: RegisterAccessView): string {
  const { isWrite, value, before, atNs } = access;
  const verb = isWrite ? 'wrote' : 'read';
  const was = before === undefined || before === value ? '' : `, which held ${hex(before, 8)}`;
  const where = `${isWrite ? 'to' : 'from'} ${register.name}`;
  const what = `${verb} ${hex(value, 8)} ${where}${was}`;
  return `At ${logTime(atNs)} the driver ${what}: ${register.meaning}.`;
}

const BOX_AT_FIRST = { width: 600, height: 400 };

const OFFSET: GridColumn<Row> = {
  key: 'offset',
  label: 'At',
  width: 44,
  show: ({ register }) => <span className="mono quiet">{hex(register.offset, 3)}</span>,
};
const NAME: GridColumn<Row> = {
  key: 'name',
  label: 'Register',
  width: 118,
  grows: true,
  show: ({ register }) => (
    <span className="grid-text mono" title={register.meaning}>
      {register.name}
    </span>
  ),
};
const VALUE: GridColumn<Row> = {
  key: 'value',
  label: 'Value',
  width: 84,
  show: ({ register }) => <span className="mono">{hex(register.value, 8)}</span>,
};
const ACCESS: GridColumn<Row> = {
  key: 'access',
  label: 'Last access',
  width: 128,
  show: ({ access }) =>
    access === undefined ? '' : `${access.isWrite ? 'written' : 'read'} ${logTime(access.atNs)}`,
};
const LINE: GridColumn<Row> = {
  key: 'line',
  label: 'Line',
  width: 138,
  show: ({ register, access }) =>
    access === undefined ? null : (
      <DriverLine site={access.site} sentence={registerSentence(register, access)} />
    ),
};
const COLUMNS = [OFFSET, NAME, VALUE, ACCESS, LINE];
const NARROW_COLUMNS = [NAME, VALUE, LINE];
