import { Tabs } from '@mantine/core';
import { type ReactNode, Suspense } from 'react';
import { useAddressFilter } from '../address-filter.ts';
import classes from './DetailPage.module.css';
import { formatCount } from './format.ts';

export interface AddressTab {
  readonly id: string;
  readonly title: string;
  readonly count?: number | undefined;
  /** Made only while the tab is open. */
  readonly content: () => ReactNode;
}

/** Parts of a page, the open one in the address. A single part needs no tab. */
export function AddressTabs({ tabs }: { readonly tabs: readonly AddressTab[] }) {
  const address = useAddressFilter();
  const current = tabs.find(({ id }) => id === address.one('tab')) ?? tabs[0];
  if (tabs.length === 1) return current?.content();
  const openTab = (id: string | null) => {
    const others = Object.fromEntries(Object.keys(address.values).map((name) => [name, undefined]));
    address.set({ ...others, tab: id === tabs[0]?.id || id === null ? undefined : id });
  };
  return (
    <Tabs
      value={current?.id ?? null}
      onChange={openTab}
      keepMounted={false}
      classNames={{ list: classes.tabs ?? '', tab: classes.tab ?? '' }}
    >
      <Tabs.List>
        {tabs.map((tab) => (
          <Tabs.Tab key={tab.id} value={tab.id}>
            {tab.title}
            {tab.count !== undefined && <span className={classes.count}>{formatCount(tab.count)}</span>}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs.map((tab) => (
        <Tabs.Panel key={tab.id} value={tab.id} className={classes.panel}>
          {tab === current && <Suspense fallback={null}>{tab.content()}</Suspense>}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
