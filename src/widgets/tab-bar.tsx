// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The bar of a pane: text tabs at the left, tools at the right. The active tab has a rule under
 * it, in ink where the focus is and quiet elsewhere.
 */
import type { KeyboardEvent, ReactNode } from 'react';

export interface TabItem<Id extends string> {
  readonly id: Id;
  readonly label: string;
  /** In figures after the label; in red when it counts what went wrong. */
  readonly count?: number | undefined;
  readonly isAlarming?: boolean | undefined;
}

interface TabBarProps<Id extends string> {
  readonly label: string;
  readonly tabs: readonly TabItem<Id>[];
  readonly active: Id | undefined;
  readonly onChoose: (id: Id) => void;
  /** Id of the element that the tabs change. */
  readonly controls: string;
  readonly children?: ReactNode;
}

export function TabBar<Id extends string>(props: TabBarProps<Id>) {
  const { label, tabs, active, onChoose, controls, children } = props;
  const onKeyDown = (event: KeyboardEvent<HTMLButtonElement>): void => {
    const to = neighbour(tabs, active, event.key);
    if (to === undefined) return;
    event.preventDefault();
    onChoose(to);
    const index = tabs.findIndex(({ id }) => id === to);
    event.currentTarget.parentElement?.querySelectorAll<HTMLElement>('[role=tab]')[index]?.focus();
  };
  return (
    <div className="pane-bar">
      <div className="tabs" role="tablist" aria-label={label}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            className="tab"
            aria-selected={tab.id === active}
            aria-controls={controls}
            tabIndex={tab.id === active ? 0 : -1}
            onClick={() => onChoose(tab.id)}
            onKeyDown={onKeyDown}
          >
            {tab.label}
            {tab.count !== undefined && (
              <span className={tab.isAlarming === true ? 'tab-count alarming' : 'tab-count'}>
                {tab.count}
              </span>
            )}
          </button>
        ))}
      </div>
      {children !== undefined && <div className="pane-tools">{children}</div>}
    </div>
  );
}

function neighbour<Id extends string>(
  tabs: readonly TabItem<Id>[],
  active: Id | undefined,
  key: string,
): Id | undefined {
  const at = tabs.findIndex(({ id }) => id === active);
  switch (key) {
    case 'ArrowRight':
      return tabs[(at + 1) % tabs.length]?.id;
    case 'ArrowLeft':
      return tabs.at(at - 1)?.id;
    case 'Home':
      return tabs[0]?.id;
    case 'End':
      return tabs.at(-1)?.id;
    default:
      return undefined;
  }
}
