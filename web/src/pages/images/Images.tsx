import type { ImageRow } from '../../../../src/server/contract/images.ts';
import { imageAddress } from '../../addresses.ts';
import { useImageFacets, useImages } from '../../api/images.ts';
import { AppLink } from '../../components/AppLink.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ListPage } from '../../components/ListPage.tsx';
import { type ListFilters, titled, useListQuery } from '../../components/list-filters.ts';
import { severityOptions } from '../../components/severity-options.tsx';
import { ImagePanel } from './ImagePanel.tsx';
import { imageColumns } from './image-columns.tsx';

const filters: ListFilters = {
  search: 'Name, tag or digest',
  offered: [
    { kind: 'choice', name: 'registry', title: 'Registry' },
    { kind: 'choice', name: 'repository', title: 'Repository' },
    { kind: 'choice', name: 'severity', title: 'Severity', options: severityOptions },
    { kind: 'choice', name: 'os', title: 'System' },
    {
      kind: 'choice',
      name: 'state',
      title: 'State',
      options: titled({
        ...{ scanned: 'Scanned', queued: 'Waiting', scanning: 'Being scanned', failed: 'Failed' },
        artifact: 'Other artifacts',
      }),
    },
    { kind: 'flag', name: 'exploited', title: 'Exploited' },
    { kind: 'flag', name: 'fixable', title: 'Fix available' },
    { kind: 'flag', name: 'endOfLife', title: 'End of life' },
    { kind: 'flag', name: 'partial', title: 'Partial' },
  ],
  pinned: [
    { name: 'package', title: 'Package' },
    { name: 'vulnerability', title: 'Vulnerability' },
  ],
  sort: { column: 'risk', direction: 'desc' },
};

export function Page() {
  const { filter, order } = useListQuery(filters);
  const facets = useImageFacets(filter);
  const showsImages = filter.state?.join() !== 'artifact';
  return (
    <ListPage<ImageRow>
      title="Images"
      question="What is in my images, and how bad is it?"
      noun={showsImages ? ['image', 'images'] : ['artifact', 'artifacts']}
      list={useImages({ ...filter, ...order })}
      columns={imageColumns}
      rowId={(image) => image.digest}
      href={(image) => imageAddress(image.digest)}
      filters={filters}
      facets={facets.data}
      panel={(image) => ({ title: image.name, content: <ImagePanel image={image} /> })}
      empty={
        <EmptyState
          title="No image is known yet"
          command="breakwater scan registry.example/team/app:1.2 --upload https://this-server"
        >
          Connect a <AppLink to="/registries">registry</AppLink>, and every image in it is scanned and watched from then
          on. A build pipeline can also send its own scans:
        </EmptyState>
      }
    />
  );
}
