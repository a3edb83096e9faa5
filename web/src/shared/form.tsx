// The pieces forms are made of. A field's error is said beside it; a form sends once and says how it went.
import { Button, Checkbox, Field, Fieldset, Label, Paragraph, Radio, Select, Textfield, ValidationMessage } from '@digdir/designsystemet-react';
import { type FormEvent, type ReactNode, useId, useState } from 'react';

import { useLanguage } from '../i18n/language';
import { Problem } from './state';

interface Sending {
  error: unknown;
  retry: () => unknown;
  isPending: boolean;
  isDone?: boolean;
}

// A form. `check` answers with the names of fields that lack something, or nothing.
export function Form({ command, submit, submitText, check, children, more, tone, done }: {
  command: Sending;
  submit: () => void;
  submitText: string;
  check?: () => string | undefined;
  children?: ReactNode;
  more?: ReactNode;
  tone?: 'danger';
  done?: ReactNode;
}) {
  const { t } = useLanguage();
  const [lack, setLack] = useState<string>();
  const send = (event: FormEvent) => {
    event.preventDefault();
    const missing = check?.();
    setLack(missing);
    if (!missing) submit();
  };
  return (
    <form onSubmit={send} className="form" noValidate>
      {children}
      {lack && <ValidationMessage role="alert">{lack}</ValidationMessage>}
      {command.error ? <Problem error={command.error} retry={command.retry} /> : null}
      <div className="buttons">
        <Button type="submit" aria-disabled={command.isPending} data-color={tone}>
          {command.isPending ? t.sending : submitText}
        </Button>
        {more}
        <span role="status">{command.isDone && !command.isPending ? (done ?? `✓ ${t.saved}`) : ''}</span>
      </div>
    </form>
  );
}

// A button that does one thing at once.
export function Do({ command, act, children, variant = 'secondary', tone }: {
  command: Sending;
  act: () => void;
  children: ReactNode;
  variant?: 'primary' | 'secondary' | 'tertiary';
  tone?: 'danger';
}) {
  const { t } = useLanguage();
  return (
    <>
      <Button variant={variant} data-color={tone} aria-disabled={command.isPending} onClick={() => command.isPending || act()}>
        {command.isPending ? t.sending : children}
      </Button>
      {command.error ? <Problem error={command.error} retry={command.retry} /> : null}
    </>
  );
}

export function TextInput({ label, value, set, help, error, type = 'text', required = true, autoComplete, inputMode }: {
  label: string;
  value: string;
  set: (value: string) => void;
  help?: ReactNode;
  error?: string;
  type?: 'text' | 'tel' | 'email' | 'date' | 'number';
  required?: boolean;
  autoComplete?: string;
  inputMode?: 'numeric' | 'tel';
}) {
  const { t } = useLanguage();
  return (
    <Textfield
      label={required ? label : `${label} (${t.optional})`} value={value} description={help} error={error} type={type}
      autoComplete={autoComplete ?? 'off'} inputMode={inputMode} onChange={(event) => set(event.target.value)}
    />
  );
}

export function TextArea({ label, value, set, help, error, rows = 4, required = true, lang }: {
  label: string;
  value: string;
  set: (value: string) => void;
  help?: ReactNode;
  error?: string;
  rows?: number;
  required?: boolean;
  lang?: string;
}) {
  const { t } = useLanguage();
  return (
    <Textfield
      multiline rows={rows} label={required ? label : `${label} (${t.optional})`} value={value} description={help}
      error={error} lang={lang} onChange={(event) => set(event.target.value)}
    />
  );
}

export function Choice<T extends string | number>({ label, value, set, options, help }: {
  label: string;
  value: T;
  set: (value: T) => void;
  options: { value: T; text: string; help?: string }[];
  help?: string;
}) {
  const name = useId();
  return (
    <Fieldset>
      <Fieldset.Legend>{label}</Fieldset.Legend>
      {help && <Fieldset.Description>{help}</Fieldset.Description>}
      {options.map((option) => (
        <Radio
          key={option.value} name={name} value={String(option.value)} label={option.text} description={option.help}
          checked={option.value === value} onChange={() => set(option.value)}
        />
      ))}
    </Fieldset>
  );
}

export function Choices<T extends string | number>({ label, values, set, options, help }: {
  label: string;
  values: T[];
  set: (values: T[]) => void;
  options: { value: T; text: string; help?: string }[];
  help?: string;
}) {
  return (
    <Fieldset>
      <Fieldset.Legend>{label}</Fieldset.Legend>
      {help && <Fieldset.Description>{help}</Fieldset.Description>}
      <div className="choices">
        {options.map((option) => (
          <Checkbox
            key={option.value} value={String(option.value)} label={option.text} description={option.help}
            checked={values.includes(option.value)}
            onChange={(event) => set(event.target.checked
              ? [...values, option.value]
              : values.filter((value) => value !== option.value))}
          />
        ))}
      </div>
    </Fieldset>
  );
}

export function Pick<T extends string | number>({ label, value, set, options, help }: {
  label: string;
  value: T;
  set: (value: T) => void;
  options: { value: T; text: string }[];
  help?: string;
}) {
  return (
    <Field>
      <Label>{label}</Label>
      {help && <Field.Description>{help}</Field.Description>}
      <Select
        value={String(value)}
        onChange={(event) => {
          const chosen = options.find((option) => String(option.value) === event.target.value);
          if (chosen) set(chosen.value);
        }}
      >
        {options.map((option) => <Select.Option key={option.value} value={String(option.value)}>{option.text}</Select.Option>)}
      </Select>
    </Field>
  );
}

export function Check({ label, value, set, help }: {
  label: ReactNode;
  value: boolean;
  set: (value: boolean) => void;
  help?: string;
}) {
  return <Checkbox label={label} description={help} checked={value} onChange={(event) => set(event.target.checked)} />;
}

// Opens what is not always needed.
export function Disclosure({ text, children, variant = 'secondary', open: openFirst = false }: {
  text: string;
  children: ReactNode | ((close: () => void) => ReactNode);
  variant?: 'primary' | 'secondary' | 'tertiary';
  open?: boolean;
}) {
  const [open, setOpen] = useState(openFirst);
  const id = useId();
  return (
    <div className="disclosure">
      <Button variant={variant} aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>{text}</Button>
      <div id={id} hidden={!open}>{open && (typeof children === 'function' ? children(() => setOpen(false)) : children)}</div>
    </div>
  );
}

export function Kept({ show, forget }: { show: boolean; forget: () => void }) {
  const { t } = useLanguage();
  if (!show) return null;
  return (
    <Paragraph className="kept">
      {t.kept} <Button type="button" variant="tertiary" data-size="sm" onClick={forget}>{t.forget}</Button>
    </Paragraph>
  );
}

// Two versions of a text beside each other, to choose from.
export function Conflict({ mine, theirs, keepMine, keepTheirs }: {
  mine: string;
  theirs: string;
  keepMine: () => void;
  keepTheirs: () => void;
}) {
  const { t } = useLanguage();
  return (
    <section className="panel" data-tone="attention" role="alert">
      <h2 className="ds-heading" data-size="xs">{t.conflict.title}</h2>
      <Paragraph>{t.conflict.text}</Paragraph>
      <div className="beside">
        <div><h3>{t.conflict.mine}</h3><blockquote>{mine}</blockquote>
          <Button type="button" onClick={keepMine}>{t.conflict.keepMine}</Button></div>
        <div><h3>{t.conflict.theirs}</h3><blockquote>{theirs}</blockquote>
          <Button type="button" variant="secondary" onClick={keepTheirs}>{t.conflict.keepTheirs}</Button></div>
      </div>
    </section>
  );
}
