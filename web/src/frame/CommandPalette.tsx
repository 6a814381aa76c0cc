import { useMantineColorScheme } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { createSpotlight, Spotlight } from '@mantine/spotlight';
import { IconArrowRight, IconBox, IconBug, IconPackage, IconSearch, IconServer, IconStack2 } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { parseAddress } from '../address-filter.ts';
import { imageAddress, imagesAddress, registryAddress, vulnerabilityAddress } from '../addresses.ts';
import { type SearchHit, useSearchHits } from '../api/search.ts';
import { useHasRole, useSignOut } from '../api/session.ts';
import { useDensity } from '../preferences.ts';
import { pageRoutes } from '../routes.tsx';
import { useChooseScope, useScope } from '../scope.ts';

const [store, spotlight] = createSpotlight();

const hitLooks: Readonly<Record<SearchHit['kind'], { icon: typeof IconBox; address: (hit: SearchHit) => string }>> = {
  image: { icon: IconBox, address: (hit) => imageAddress(hit.id) },
  vulnerability: { icon: IconBug, address: (hit) => vulnerabilityAddress(hit.id) },
  package: { icon: IconPackage, address: (hit) => imagesAddress({ package: hit.id }) },
  registry: { icon: IconServer, address: (hit) => registryAddress(hit.id) },
  repository: { icon: IconStack2, address: (hit) => imagesAddress({ repository: hit.id }) },
};

/** Ctrl-K: anything with a name, every page, and the few actions that belong to none. */
export function CommandPalette({ close }: { readonly close: () => void }) {
  const [text, setText] = useState('');
  const [asked] = useDebouncedValue(text.trim(), 90);
  const hits = useSearchHits(asked);
  const navigate = useNavigate();
  const scope = useScope();
  useEffect(() => spotlight.open(), []);

  const go = (address: string) => {
    const [path = '/', query = ''] = address.split('?', 2);
    void navigate({ to: path, search: parseAddress(query) as never });
  };
  const isWanted = (label: string) => label.toLowerCase().includes(text.trim().toLowerCase());
  const pages = usePages().filter((page) => isWanted(page.title));
  const actions = useActions().filter((action) => isWanted(action.label));
  const found = asked === '' ? [] : (hits.data?.hits ?? []);

  return (
    <Spotlight.Root
      store={store}
      shortcut={null}
      query={text}
      onQueryChange={setText}
      onSpotlightClose={close}
      scrollable
      maxHeight={460}
      transitionProps={{ duration: 0 }}
      overlayProps={{ blur: 0, backgroundOpacity: 0.35 }}
      aria-label="Search"
    >
      <Spotlight.Search
        autoFocus
        placeholder="Image, CVE, package, registry, page or action"
        aria-label="Search for an image, a CVE, a package, a registry, a page or an action"
        leftSection={<IconSearch size={18} stroke={1.6} />}
      />
      <Spotlight.ActionsList>
        {found.length > 0 && (
          <Spotlight.ActionsGroup label={scope ? `Found in ${scope}` : 'Found'}>
            {found.map((hit) => {
              const { icon: Icon, address } = hitLooks[hit.kind];
              return (
                <Spotlight.Action
                  key={`${hit.kind} ${hit.id}`}
                  label={hit.title}
                  description={hit.detail}
                  leftSection={<Icon size={18} stroke={1.6} />}
                  onClick={() => go(address(hit))}
                />
              );
            })}
          </Spotlight.ActionsGroup>
        )}
        {pages.length > 0 && (
          <Spotlight.ActionsGroup label="Pages">
            {pages.map((page) => (
              <Spotlight.Action
                key={page.path}
                label={page.title}
                leftSection={<IconArrowRight size={18} stroke={1.6} />}
                onClick={() => go(page.path)}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {actions.length > 0 && (
          <Spotlight.ActionsGroup label="Actions">
            {actions.map((action) => (
              <Spotlight.Action key={action.label} label={action.label} onClick={action.run} />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {found.length + pages.length + actions.length === 0 && !hits.isFetching && (
          <Spotlight.Empty>
            Nothing {scope && `in ${scope} `}has “{text.trim()}” in its name. Try part of a repository, a CVE id or a
            package.
          </Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

function usePages() {
  const isAnalyst = useHasRole('analyst');
  const isAdmin = useHasRole('admin');
  return pageRoutes.filter(
    ({ menu, role }) => menu && (role === 'admin' ? isAdmin : role === 'analyst' ? isAnalyst : true),
  );
}

function useActions(): readonly { readonly label: string; readonly run: () => void }[] {
  const { setColorScheme } = useMantineColorScheme();
  const [density, setDensity] = useDensity();
  const signOut = useSignOut();
  const scope = useScope();
  const choose = useChooseScope();
  return [
    ...(scope ? [{ label: `Show everything, not only ${scope}`, run: () => choose(undefined) }] : []),
    { label: 'Use dark looks', run: () => setColorScheme('dark') },
    { label: 'Use light looks', run: () => setColorScheme('light') },
    {
      label: density === 'dense' ? 'Use comfortable rows' : 'Use dense rows',
      run: () => setDensity(density === 'dense' ? 'comfortable' : 'dense'),
    },
    { label: 'Sign out', run: () => signOut.mutate() },
  ];
}
