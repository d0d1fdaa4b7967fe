// SPDX-License-Identifier: GPL-2.0-or-later
/** Buttons: filled for the next sensible step, outlined for the rest, an icon for tools. */
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button as AriaButton, Tooltip, TooltipTrigger } from 'react-aria-components';

interface ButtonProps {
  readonly children: ReactNode;
  readonly onPress: () => void;
  readonly kind?: 'filled' | 'outlined' | 'plain';
  readonly isDisabled?: boolean;
  readonly className?: string;
  readonly label?: string;
}

export function Button({
  children,
  onPress,
  kind = 'outlined',
  isDisabled,
  className,
  label,
}: ButtonProps) {
  return (
    <AriaButton
      className={`button ${kind}${className === undefined ? '' : ` ${className}`}`}
      onPress={onPress}
      isDisabled={isDisabled ?? false}
      {...(label === undefined ? {} : { 'aria-label': label })}
    >
      {children}
    </AriaButton>
  );
}

interface IconButtonProps {
  readonly icon: LucideIcon;
  readonly label: string;
  readonly onPress: () => void;
  readonly isPressed?: boolean | undefined;
}

export function IconButton({ icon: Icon, label, onPress, isPressed }: IconButtonProps) {
  return (
    <TooltipTrigger delay={500} closeDelay={0}>
      <AriaButton
        className="icon-button"
        aria-label={label}
        onPress={onPress}
        {...(isPressed === undefined ? {} : { 'aria-pressed': isPressed })}
      >
        <Icon size={16} strokeWidth={1.5} aria-hidden />
      </AriaButton>
      <Tooltip className="tooltip" offset={6}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  );
}

export function Kbd({ children }: { readonly children: ReactNode }) {
  return <kbd className="kbd">{children}</kbd>;
}
