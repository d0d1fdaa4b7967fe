// SPDX-License-Identifier: GPL-2.0-or-later
/** Menus: a button that opens a floating list of choices, under keyboard and screen reader. */
import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import {
  Button as AriaButton,
  Header,
  Menu as AriaMenu,
  MenuItem,
  MenuSection,
  MenuTrigger,
  Popover,
} from 'react-aria-components';

export interface MenuChoice {
  readonly id: string;
  readonly label: string;
  /** A second, quiet line. */
  readonly detail?: string | undefined;
  readonly isMono?: boolean;
  readonly isChosen?: boolean;
  readonly isDisabled?: boolean;
}

export interface MenuGroup {
  readonly title?: string;
  readonly choices: readonly MenuChoice[];
}

interface MenuProps {
  readonly label: string;
  readonly trigger: ReactNode;
  readonly className?: string;
  readonly groups: readonly MenuGroup[];
  readonly onChoose: (id: string) => void;
  readonly placement?: 'bottom start' | 'bottom end';
}

export function Menu({ label, trigger, className, groups, onChoose, placement }: MenuProps) {
  return (
    <MenuTrigger>
      <AriaButton className={className ?? 'button plain'} aria-label={label}>
        {trigger}
      </AriaButton>
      <Popover className="popover" placement={placement ?? 'bottom start'} offset={4}>
        <AriaMenu className="menu" aria-label={label} onAction={(id) => onChoose(String(id))}>
          {groups.map((group, index) => (
            <MenuSection key={group.title ?? index} className="menu-section">
              {group.title !== undefined && <Header className="menu-title">{group.title}</Header>}
              {group.choices.map((choice) => (
                <Choice key={choice.id} choice={choice} />
              ))}
            </MenuSection>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

function Choice({ choice }: { readonly choice: MenuChoice }) {
  const { id, label, detail, isMono, isChosen, isDisabled } = choice;
  return (
    <MenuItem
      id={id}
      className="menu-item"
      textValue={isChosen === true ? `${label}, chosen` : label}
      isDisabled={isDisabled ?? false}
    >
      <span className="menu-check">
        {isChosen === true && <Check size={14} strokeWidth={1.75} aria-hidden />}
      </span>
      <span className="menu-text">
        <span className={isMono === true ? 'mono' : undefined}>{label}</span>
        {detail !== undefined && <span className="menu-detail">{detail}</span>}
      </span>
    </MenuItem>
  );
}
