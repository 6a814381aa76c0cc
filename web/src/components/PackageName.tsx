interface PackageNameProps {
  readonly name: string;
  readonly version?: string;
}

export function PackageName({ name, version }: PackageNameProps) {
  return (
    <span title={version ? `${name} ${version}` : name}>
      <bdi>{name}</bdi>
      {version && <span className="mono" style={{ color: 'var(--mantine-color-dimmed)' }}>{` ${version}`}</span>}
    </span>
  );
}
