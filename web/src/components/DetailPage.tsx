import { Tabs } from '@mantine/core';
import { type ReactNode, Suspense } from 'react';
import { useAddressFilter } from '../address-filter.ts';
import { AppLink } from './AppLink.tsx';
import classes from './DetailPage.module.css';
import { formatCount } from './format.ts';
import { useDocumentTitle } from './PageHead.tsx';

export interface DetailTab {
  readonly id: string;
  readonly title: string;
  readonly count?: number | undefined;
  /** Made only while the tab is open. */
  readonly content: () => ReactNode;
}

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
  const address = useAddressFilter();
  useDocumentTitle(props.name);
  const current = props.tabs.find(({ id }) => id === address.one('tab')) ?? props.tabs[0];
  const openTab = (id: string | null) => {
    const others = Object.fromEntries(Object.keys(address.values).map((name) => [name, undefined]));
    address.set({ ...others, tab: id === props.tabs[0]?.id || id === null ? undefined : id });
  };
  return (
    <>
      <div className={classes.head}>
        <nav aria-label="Breadcrumb" className={classes.crumb}>
          <AppLink to={props.parent.to}>{props.parent.title}</AppLink>
        </nav>
        <div className={classes.titleLine}>
          <h1 className={classes.title}>{props.name}</h1>
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
      {props.tabs.length === 1 ? (
        current?.content()
      ) : (
        <Tabs
          value={current?.id ?? null}
          onChange={openTab}
          keepMounted={false}
          classNames={{ list: classes.tabs ?? '', tab: classes.tab ?? '' }}
        >
          <Tabs.List>
            {props.tabs.map((tab) => (
              <Tabs.Tab key={tab.id} value={tab.id}>
                {tab.title}
                {tab.count !== undefined && <span className={classes.count}>{formatCount(tab.count)}</span>}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {props.tabs.map((tab) => (
            <Tabs.Panel key={tab.id} value={tab.id} className={classes.panel}>
              {tab === current && <Suspense fallback={null}>{tab.content()}</Suspense>}
            </Tabs.Panel>
          ))}
        </Tabs>
      )}
    </>
  );
}
