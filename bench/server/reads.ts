export interface Read {
  readonly name: string;
  /** With its query, below `/api/v1`. */
  readonly path: string;
  /** ms, at the 95th percentile. */
  readonly budget?: number;
}

/** Every list and page that people open, over what a caller sees most and least of. `get` answers a path with JSON. */
export async function readsOf(get: (path: string) => Promise<unknown>): Promise<readonly Read[]> {
  const first = async <T>(path: string): Promise<T> => {
    const [item] = ((await get(path)) as { items: readonly T[] }).items;
    if (!item) throw new Error(`${path} lists nothing`);
    return item;
  };
  const { digest, name } = await first<{ digest: string; name: string }>('/images?sort=name&limit=1');
  const { id: common } = await first<{ id: string }>('/vulnerabilities?sort=images&limit=1');
  const { id: rare } = await first<{ id: string }>('/vulnerabilities?sort=images&direction=asc&limit=1');
  const { id: upgrade } = await first<{ id: string }>('/recommendations?limit=1');
  const affected = await first<{ package: { name: string } }>(`/vulnerabilities/${common}/images?limit=1`);
  const application = name.split(/[/:]/).at(-2) ?? '';
  const images = (what: string, query: string): Read => ({ name: what, path: `/images?${query}`, budget: 100 });
  const flaws = (what: string, path: string): Read => ({ name: what, path: `/vulnerabilities${path}`, budget: 200 });
  return [
    ...['risk', 'name', 'pushed', 'scanned', 'critical'].map((sort) => images(`images by ${sort}`, `sort=${sort}`)),
    images('images found by part of their name', `q=${application}`),
    images('images with critical findings', 'severity=critical'),
    images('images with the commonest flaw', `vulnerability=${common}`),
    images('images with its package', `package=${affected.package.name}`),
    { name: 'facets of images', path: '/images/facets' },
    { name: 'an image', path: `/images/${digest}` },
    { name: 'its findings', path: `/images/${digest}/findings` },
    { name: 'its upgrades', path: `/images/${digest}/upgrades` },
    ...['risk', 'images', 'epss', 'id', 'firstSeen'].map((sort) =>
      flaws(`vulnerabilities by ${sort}`, `?sort=${sort}`),
    ),
    flaws('the commonest vulnerability', `/${common}`),
    flaws('its images', `/${common}/images`),
    flaws('the rarest vulnerability', `/${rare}`),
    { name: 'findings', path: '/findings' },
    { name: 'recommendations', path: '/recommendations' },
    { name: 'the first recommendation', path: `/recommendations/${encodeURIComponent(upgrade)}` },
    { name: 'overview', path: '/overview', budget: 200 },
    { name: 'history', path: '/history' },
    ...[application.slice(0, 1), application.slice(0, 3), application, common].map((q) => ({
      name: `search "${q}"`,
      path: `/search?q=${encodeURIComponent(q)}`,
      budget: 100,
    })),
  ];
}
