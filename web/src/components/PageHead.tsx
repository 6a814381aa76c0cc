import { type ReactNode, useEffect } from 'react';
import classes from './PageHead.module.css';

interface PageHeadProps {
  readonly title: string;
  /** The one question that the page answers, in plain words. */
  readonly question: string;
  readonly actions?: ReactNode;
}

export function PageHead({ title, question, actions }: PageHeadProps) {
  useDocumentTitle(title);
  return (
    <div className={classes.head}>
      <div className={classes.words}>
        <h1 className={classes.title}>{title}</h1>
        <p className={classes.question}>{question}</p>
      </div>
      {actions && <div className={classes.actions}>{actions}</div>}
    </div>
  );
}

export function useDocumentTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Breakwater`;
  }, [title]);
}
