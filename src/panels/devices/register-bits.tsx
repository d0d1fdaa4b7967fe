// SPDX-License-Identifier: GPL-2.0-or-later
/** One register: its 32 bits, and what each of them means. */
import type {
  BitFieldView,
  RegisterAccessView,
  RegisterView,
} from '../../../kernel-sim/machine-types.ts';
import { useRevealed } from '../../lib/use-revealed.ts';

const BITS = 32;
const ACCESS_WORDS = {
  rw: '',
  ro: 'only read',
  w1c: 'a one clears it',
  sc: 'clears itself',
  wo: 'only written',
} as const;

interface RegisterBitsProps {
  readonly register: RegisterView;
  readonly access: RegisterAccessView | undefined;
}

export function RegisterBits({ register, access }: RegisterBitsProps) {
  const { name, meaning, offset, value, fields } = register;
  const changed = access?.before === undefined ? 0 : (access.before ^ access.value) >>> 0;
  const shown = useRevealed<HTMLElement>(offset);
  const at = offset.toString(16).padStart(3, '0');
  return (
    <section ref={shown} className="register-bits" aria-label={`Bits of ${name}`}>
      <h3>
        <span className="mono">{name}</span> {meaning}
        <span className="quiet"> offset {at}</span>
      </h3>
      <div className="bit-cells" aria-hidden="true">
        {Array.from({ length: BITS }, (_, index) => {
          const bit = BITS - 1 - index;
          return <BitCell key={bit} bit={bit} value={value} changed={changed} fields={fields} />;
        })}
      </div>
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Bits</th>
            <th scope="col">Field</th>
            <th scope="col">Value</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          {fields.map((field) => (
            <FieldRow key={field.name} field={field} value={value} changed={changed} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface BitCellProps {
  readonly bit: number;
  readonly value: number;
  /** Bits that the last access found or made another. */
  readonly changed: number;
  readonly fields: readonly BitFieldView[];
}

function BitCell({ bit, value, changed, fields }: BitCellProps) {
  const field = fields.find(({ at, width }) => bit >= at && bit < at + width);
  const isOne = ((value >>> bit) & 1) === 1;
  const names = ['bit-cell'];
  if (isOne) names.push('one');
  if (((changed >>> bit) & 1) === 1) names.push('changed');
  return (
    <span className={names.join(' ')} title={field?.name}>
      <i>{bit}</i>
      {field === undefined && !isOne ? '·' : isOne ? 1 : 0}
    </span>
  );
}

interface FieldRowProps {
  readonly field: BitFieldView;
  readonly value: number;
  readonly changed: number;
}

function FieldRow({ field, value, changed }: FieldRowProps) {
  const { name, at, width, access, meaning } = field;
  const bits = fieldValue(value, field);
  const isChanged = fieldValue(changed, field) !== 0;
  const words = ACCESS_WORDS[access];
  return (
    <tr className={bits === 0 ? 'zero' : ''}>
      <td className="mono figure">{width === 1 ? at : `${at + width - 1}:${at}`}</td>
      <th scope="row" className="mono">
        {name}
      </th>
      <td className="mono figure">
        {width === 1 ? bits : `0x${bits.toString(16)}`}
        {isChanged ? ' *' : ''}
      </td>
      <td>
        {meaning}
        {words === '' ? null : <span className="quiet"> ({words})</span>}
      </td>
    </tr>
  );
}

function fieldValue(value: number, { at, width }: BitFieldView): number {
  return width === BITS ? value : (value >>> at) & (2 ** width - 1);
}
