import { Button, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { downloadAddress } from '../../addresses.ts';

const formats = [
  { id: 'cyclonedx', title: 'CycloneDX', about: 'bill of materials' },
  { id: 'spdx', title: 'SPDX', about: 'bill of materials' },
  { id: 'sarif', title: 'SARIF', about: 'findings for code hosts' },
  { id: 'json', title: 'JSON', about: 'the whole report' },
] as const;

export function DownloadMenu({ digest }: { readonly digest: string }) {
  return (
    <Menu position="bottom-end" width={250}>
      <Menu.Target>
        <Button size="xs" variant="default" leftSection={<IconDownload size={15} stroke={1.6} />}>
          Download
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {formats.map(({ id, title, about }) => (
          <Menu.Item
            key={id}
            component="a"
            href={downloadAddress(`/images/${encodeURIComponent(digest)}/report`, { format: id })}
            download
          >
            {title} <span style={{ color: 'var(--mantine-color-dimmed)' }}>{about}</span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
