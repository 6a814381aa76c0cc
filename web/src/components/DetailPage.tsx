import type { ReactNode } from 'react';
import { type AddressTab, AddressTabs } from './AddressTabs.tsx';
import { AppLink } from './AppLink.tsx';
import { brokenAtJoints } from './broken-at-joints.tsx';
import classes from './DetailPage.module.css';
import { useDocumentTitle } from './PageHead.tsx';

export type DetailTab = AddressTab;

interface DetailPageProps {
  /** The list that it belongs to. */
  readonly parent: { readonly title: string; readonly to: string };
  readonly name: string;
  /** Short facts that identify it. */
  readonly identity: readonly { readonly label: string; readonly value: ReactNode }[];
  /** "7 things to do; 2 exploited in the wild." */
  readonly verdict: ReactNode;
  readonly actions?: ReactNode;
  /** Between verdict and tabs: what is partial or failed. */
  readonly notes?: ReactNode;
  readonly tabs: readonly DetailTab[];
}

/** One thing: what it is, what we make of it, and everything about it in tabs. */
export function DetailPage(props: DetailPageProps) {
  useDocumentTitle(props.name);
  return (
    <>
      <div className={classes.head}>
        <nav aria-label="Breadcrumb" className={classes.crumb}>
          <AppLink to={props.parent.to}>{props.parent.title}</AppLink>
        </nav>
        <div className={classes.titleLine}>
          <h1 className={classes.title}>{brokenAtJoints(props.name)}</h1>
          {props.actions && <div className={classes.actions}>{props.actions}</div>}
        </div>
        <dl className={classes.identity}>
          {props.identity.map(({ label, value }) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <div className={classes.verdict}>{props.verdict}</div>
        {props.notes && <div className={classes.notes}>{props.notes}</div>}
      </div>
      <AddressTabs tabs={props.tabs} />
    </>
  );
}
