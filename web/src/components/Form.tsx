import { Button } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import { ApiError } from '../api/request.ts';
import classes from './Form.module.css';
import { PartialState } from './PartialState.tsx';

interface FormProps {
  readonly submit: () => void;
  /** What the button does: "Connect", "Approve". */
  readonly action: string;
  readonly isSending?: boolean;
  readonly canSend?: boolean;
  readonly error?: Error | null;
  /** What did not work: "The user was not made". */
  readonly failed: string;
  /** Behind what went wrong: the way on. */
  readonly wayOn?: ReactNode;
  /** Beside the button. */
  readonly more?: ReactNode;
  /** In a dialog, which has room around it already. */
  readonly inDialog?: boolean;
  readonly children: ReactNode;
}

/** Fields, then what went wrong, then what to do. */
export function Form(props: FormProps) {
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    props.submit();
  };
  return (
    <form onSubmit={onSubmit} className={props.inDialog ? classes.dialog : classes.form}>
      {props.children}
      {props.error && <FormError failed={props.failed} error={props.error} wayOn={props.wayOn} />}
      <div className={classes.buttons}>
        <Button type="submit" size="sm" loading={props.isSending ?? false} disabled={props.canSend === false}>
          {props.action}
        </Button>
        {props.more}
      </div>
    </form>
  );
}

export function FormSection({ title, hint, children }: FormSectionProps) {
  return (
    <section className={classes.section}>
      <h2 className={classes.heading}>{title}</h2>
      {hint && <p className={classes.hint}>{hint}</p>}
      {children}
    </section>
  );
}

interface FormSectionProps {
  readonly title: string;
  readonly hint?: ReactNode;
  readonly children: ReactNode;
}

/** Fields side by side where there is room. */
export function FormPair({ children }: { readonly children: ReactNode }) {
  return <div className={classes.pair}>{children}</div>;
}

/** What most people need not touch. */
export function FormMore({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <details className={classes.more}>
      <summary>{title}</summary>
      <div className={classes.section}>{children}</div>
    </details>
  );
}

interface FormErrorProps {
  readonly failed: string;
  readonly error: Error;
  readonly wayOn?: ReactNode;
}

export function FormError({ failed, error, wayOn }: FormErrorProps) {
  const fields = error instanceof ApiError ? error.fields : [];
  return (
    <div role="alert">
      <PartialState tone="bad">
        <strong>{failed}.</strong> {error.message} {wayOn}
        {fields.length > 0 && (
          <ul className={classes.fields}>
            {fields.map(({ where, message }) => (
              <li key={`${where} ${message}`}>
                {where}: {message}
              </li>
            ))}
          </ul>
        )}
      </PartialState>
    </div>
  );
}
