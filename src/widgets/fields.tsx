// SPDX-License-Identifier: GPL-2.0-or-later
/** Fields of settings: a switch, one of a few choices, a number in steps. */
import { Minus, Plus } from 'lucide-react';
import { Switch as AriaSwitch } from 'react-aria-components';

import { IconButton } from './button.tsx';

interface SwitchProps {
  readonly label: string;
  readonly detail: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

export function Switch({ label, detail, isOn, onChange }: SwitchProps) {
  return (
    <AriaSwitch className="switch" isSelected={isOn} onChange={onChange}>
      <span className="switch-track" aria-hidden />
      <span>
        {label}
        <span className="switch-detail">{detail}</span>
      </span>
    </AriaSwitch>
  );
}

interface ChoiceProps<Id extends string> {
  readonly label: string;
  readonly value: Id;
  readonly choices: readonly (readonly [id: Id, label: string])[];
  readonly isDisabled?: boolean;
  readonly onChange: (id: Id) => void;
}

export function Choice<Id extends string>(props: ChoiceProps<Id>) {
  const { label, value, choices, isDisabled, onChange } = props;
  return (
    <div className="segments" role="group" aria-label={label}>
      {choices.map(([id, text]) => (
        <button
          key={id}
          type="button"
          className="segment"
          aria-pressed={id === value}
          disabled={isDisabled}
          onClick={() => onChange(id)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}

interface StepperProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly onChange: (value: number) => void;
}

export function Stepper({ label, value, min, max, onChange }: StepperProps) {
  const step = (by: number): void => onChange(Math.min(max, Math.max(min, value + by)));
  return (
    <div className="stepper" role="group" aria-label={label}>
      <IconButton icon={Minus} label={`${label}: less`} onPress={() => step(-1)} />
      <output className="mono">{value}</output>
      <IconButton icon={Plus} label={`${label}: more`} onPress={() => step(1)} />
    </div>
  );
}
