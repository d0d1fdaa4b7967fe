// SPDX-License-Identifier: GPL-2.0-or-later
/** The fields of the struct that an object is: where they lie, and what they hold. */
import type {
  BadAccessView,
  ObjectField,
  ObjectTypeView,
  ObjectView,
} from '../../../kernel-sim/machine-types.ts';
import { usePlayground } from '../../store/use-playground.ts';
import { fieldAt, fieldBytes, fieldValue } from './field-values.ts';
import { offsetText, type ByteRange } from './hex-rows.ts';

interface FieldTableProps {
  readonly object: ObjectView;
  readonly type: ObjectTypeView;
  readonly access: BadAccessView | undefined;
  /** The bytes of a field stand out while it is pointed at or has the focus. */
  readonly onPoint: (bytes: ByteRange | undefined) => void;
}

export function FieldTable({ object, type, access, onPoint }: FieldTableProps) {
  const hit = access === undefined ? undefined : fieldAt(object, access.address - object.address);
  return (
    <section className="field-table" aria-label={`Fields of struct ${type.name}`}>
      <table className="data">
        <thead>
          <tr>
            <th scope="col">At</th>
            <th scope="col">Field</th>
            <th scope="col">Kind</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          {type.fields.map((field) => (
            <Field
              key={`${field.offset} ${field.name}`}
              field={field}
              object={object}
              isHit={field === hit}
              onPoint={onPoint}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface FieldProps {
  readonly field: ObjectField;
  readonly object: ObjectView;
  readonly isHit: boolean;
  readonly onPoint: FieldTableProps['onPoint'];
}

function Field({ field, object, isHit, onPoint }: FieldProps) {
  const { name, offset, kind } = field;
  const point = (): void => onPoint({ start: offset, end: offset + fieldBytes(object, field) });
  const leave = (): void => onPoint(undefined);
  return (
    <tr className={isHit ? 'accessed' : undefined} onPointerEnter={point} onPointerLeave={leave}>
      <td className="offset">{offsetText(offset, object.bytes.length)}</td>
      <td>
        <button type="button" className="field-name" onClick={point} onFocus={point} onBlur={leave}>
          {name}
        </button>
      </td>
      <td className="kind">{kind}</td>
      <td className="value">
        <Value field={field} object={object} />
      </td>
    </tr>
  );
}

function Value({ field, object }: Pick<FieldProps, 'field' | 'object'>) {
  const playground = usePlayground();
  const { text, address } = fieldValue(object, field);
  if (address === undefined) return text;
  return (
    <>
      <button type="button" className="link mono" onClick={() => playground.openObject(address)}>
        {text}
      </button>{' '}
      <span className="quiet">{field.cache}</span>
    </>
  );
}
