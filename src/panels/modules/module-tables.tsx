// SPDX-License-Identifier: GPL-2.0-or-later
/** What a module is made of, as tables: parameters, symbols, imports, sections. */
import { Search } from 'lucide-react';
import { useMemo, useState } from 'react';

import type { ModuleDetail, ModuleSymbol } from '../../../kernel-sim/machine-types.ts';
import { DataGrid, type GridColumn } from '../../widgets/data-grid.tsx';
import { Term } from '../../widgets/term.tsx';
import { exportWords, filterSymbols, kindWords, modeText } from './module-words.ts';

type Parameter = ModuleDetail['parameters'][number];
type Section = ModuleDetail['sections'][number];
type Import = ModuleDetail['imports'][number];

const PARAMETERS: readonly GridColumn<Parameter>[] = [
  { key: 'name', label: 'Name', width: 100, show: ({ name }) => <strong>{name}</strong> },
  { key: 'type', label: 'Type', width: 72, show: ({ type }) => type },
  {
    key: 'value',
    label: 'Value',
    width: 100,
    show: ({ value }) => <span className="grid-text">{value}</span>,
  },
  { key: 'mode', label: 'Mode', width: 100, isMinor: true, show: ({ mode }) => modeText(mode) },
  {
    key: 'description',
    label: 'Description',
    width: 160,
    grows: true,
    show: ({ description }) => <span className="sans">{description}</span>,
  },
];

export function Parameters({ detail }: { readonly detail: ModuleDetail }) {
  const { name, parameters } = detail;
  if (parameters.length === 0) {
    return (
      <p className="empty">
        {name} has no parameters. Those that a module gives to{' '}
        <span className="mono">module()</span> are set when it is loaded:{' '}
        <span className="mono">insmod {name}.ko count=5</span>.
      </p>
    );
  }
  return (
    <DataGrid
      label={`Parameters of ${name}`}
      id="parameter"
      columns={PARAMETERS}
      rows={parameters}
      keyOf={(it) => it.name}
    />
  );
}

const SYMBOLS: readonly GridColumn<ModuleSymbol>[] = [
  {
    key: 'name',
    label: 'Symbol',
    width: 150,
    grows: true,
    show: ({ name }) => <strong>{name}</strong>,
  },
  {
    key: 'kind',
    label: 'Kind',
    width: 44,
    show: ({ kind }) => (
      <Term title={`nm prints ${kind}`} text={kindWords(kind)}>
        {kind}
      </Term>
    ),
  },
  { key: 'export', label: 'Exported', width: 132, show: exportWords },
  { key: 'address', label: 'Address', width: 134, show: ({ address }) => address },
  { key: 'size', label: 'Size', width: 56, isFigure: true, show: ({ sizeBytes }) => sizeBytes },
];

export function Symbols({ symbols }: { readonly symbols: readonly ModuleSymbol[] }) {
  const [text, setText] = useState('');
  const shown = useMemo(() => filterSymbols(symbols, text), [symbols, text]);
  return (
    <>
      <div className="filters">
        <label className="filter-text">
          <Search size={14} strokeWidth={1.5} aria-hidden />
          <input
            value={text}
            onChange={(event) => setText(event.target.value)}
            placeholder="Filter"
            aria-label="Show only symbols with this text"
            spellCheck={false}
          />
        </label>
        <span className="filter-count">
          {shown.length === symbols.length
            ? `${symbols.length} symbols`
            : `${shown.length} of ${symbols.length}`}
        </span>
      </div>
      {shown.length === 0 ? (
        <p className="empty">
          {symbols.length === 0 ? 'It defines no symbol.' : 'No symbol passes this filter.'}
        </p>
      ) : (
        <DataGrid
          label="Symbols"
          id="symbol"
          columns={SYMBOLS}
          rows={shown}
          keyOf={({ name, address }) => `${name}@${address}`}
        />
      )}
    </>
  );
}

interface ImportsProps {
  readonly imports: readonly Import[];
  readonly onChoose: (module: string) => void;
}

const IMPORTS: readonly GridColumn<Import & Pick<ImportsProps, 'onChoose'>>[] = [
  {
    key: 'name',
    label: 'Symbol',
    width: 150,
    grows: true,
    show: ({ name }) => <strong>{name}</strong>,
  },
  {
    key: 'from',
    label: 'From',
    width: 150,
    show: ({ from, onChoose }) =>
      from === 'kernel' ? (
        'the kernel'
      ) : (
        <button type="button" className="link mono" onClick={() => onChoose(from)}>
          {from}
        </button>
      ),
  },
];

export function Imports({ imports, onChoose }: ImportsProps) {
  const rows = useMemo(() => imports.map((it) => ({ ...it, onChoose })), [imports, onChoose]);
  if (rows.length === 0) return <p className="empty">It uses no symbol of anybody.</p>;
  return (
    <DataGrid label="Imports" id="import" columns={IMPORTS} rows={rows} keyOf={(it) => it.name} />
  );
}

const SECTIONS: readonly GridColumn<Section>[] = [
  {
    key: 'name',
    label: 'Section',
    width: 150,
    grows: true,
    show: ({ name }) => <strong>{name}</strong>,
  },
  { key: 'address', label: 'Address', width: 134, show: ({ address }) => address },
  { key: 'size', label: 'Size', width: 64, isFigure: true, show: ({ sizeBytes }) => sizeBytes },
];

export function Sections({ sections }: { readonly sections: readonly Section[] }) {
  return (
    <DataGrid
      label="Sections"
      id="section"
      columns={SECTIONS}
      rows={sections}
      keyOf={({ name }) => name}
    />
  );
}
