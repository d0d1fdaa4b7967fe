// SPDX-License-Identifier: GPL-2.0-or-later
/** A menu that belongs to a row: opened by the right button, the menu key or Shift F10. */
import { Menu as AriaMenu, MenuItem, Popover } from 'react-aria-components';

export interface ContextChoice {
  readonly id: string;
  readonly label: string;
  /** The key that does the same. */
  readonly keys?: string;
  readonly isDisabled?: boolean;
}

interface ContextMenuProps {
  readonly label: string;
  /** What it hangs on. */
  readonly anchor: HTMLElement;
  readonly choices: readonly ContextChoice[];
  readonly onChoose: (id: string) => void;
  readonly onClose: () => void;
}

export function ContextMenu({ label, anchor, choices, onChoose, onClose }: ContextMenuProps) {
  return (
    <Popover
      className="popover"
      triggerRef={{ current: anchor }}
      placement="bottom start"
      offset={0}
      crossOffset={28}
      isOpen
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <AriaMenu
        className="menu"
        aria-label={label}
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- a menu takes the keys as it opens
        autoFocus="first"
        onAction={(id) => {
          onClose();
          onChoose(String(id));
        }}
      >
        {choices.map(({ id, label: text, keys, isDisabled }) => (
          <MenuItem
            key={id}
            id={id}
            className="menu-item context"
            textValue={text}
            isDisabled={isDisabled ?? false}
          >
            <span className="menu-text">{text}</span>
            {keys !== undefined && <kbd className="kbd">{keys}</kbd>}
          </MenuItem>
        ))}
      </AriaMenu>
    </Popover>
  );
}
